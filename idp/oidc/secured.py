"""Answers of our endpoints as JWTs: signed, encrypted, or both, as the client registered."""

from typing import Any

import orjson

from clients import Client
from idp import keyring, settings
from idp.base.clock import now
from idp.oidc import answers
from idp.oidc.request import Answer
from idp.tokens import envelope

_INTROSPECTION = "application/token-introspection+jwt"


def userinfo(client: Client, claims: dict[str, Any]) -> Answer:
    """Claims as JSON, or as a JWT with ``iss`` and ``aud`` (OIDC Core §5.3.2)."""
    if client.userinfo_signed_response_alg:
        members = {**claims, "iss": settings.current().issuer, "aud": client.client_id}
        signed = keyring.sign(members, alg=client.userinfo_signed_response_alg)
        return answers.jwt(envelope.closed(client, "userinfo", signed), "application/jwt")
    if client.userinfo_encrypted_response_alg:
        content = orjson.dumps(claims).decode()
        return answers.jwt(envelope.closed(client, "userinfo", content, cty=""), "application/jwt")
    return answers.json(claims)


def introspection(client: Client, accept: str, payload: dict[str, Any]) -> Answer:
    """What a token is, as JSON, or as a JWT that proves who said it and to whom (RFC 9701 §5).

    ``sub`` and ``exp`` stay inside: at the top they would make it look like a token (§5).
    """
    registered = client.introspection_signed_response_alg or client.introspection_encrypted_response_alg
    if not registered and not _accepts(accept, _INTROSPECTION):
        return answers.json(payload)
    members = {
        "iss": settings.current().issuer,
        "aud": client.client_id,
        "iat": now(),
        "token_introspection": payload,
    }
    algorithm = client.introspection_signed_response_alg or client.id_token_signed_response_alg
    signed = keyring.sign(members, alg=algorithm, typ="token-introspection+jwt")
    return answers.jwt(envelope.closed(client, "introspection", signed), _INTROSPECTION)


def _accepts(header: str, media_type: str) -> bool:
    """Whether the Accept header names this media type itself, with any weight but none (RFC 9110 §12.5.1)."""
    for part in header.lower().split(","):
        named, *parameters = (one.strip() for one in part.split(";"))
        if named == media_type and not any(
            one.startswith("q=0") and not one.strip("q=0.") for one in parameters
        ):
            return True
    return False
