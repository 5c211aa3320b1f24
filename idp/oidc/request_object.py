"""Request objects: an authorization request as a JWT that its client signed (RFC 9101; OIDC Core §6).

What an object says is the whole request: what stands beside it is not looked at (RFC 9101 §6.3), so that
nobody on the way can add to it. An unsigned one is none (attack book F01).
"""

from dataclasses import dataclass
from typing import Any

import orjson

from clients import Client, profiles
from idp import keyring, outbound, settings
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.keyring import usage
from idp.oidc import client_jwt
from idp.oidc.request import REPEATABLE
from idp.store import once

#: Media types of the object: as ``typ`` in its header (RFC 9101 §10.8), and as an answer (§5.2.3).
MEDIA_TYPE = "application/oauth-authz-req+jwt"
_TYPES = ("", "jwt", "oauth-authz-req+jwt", MEDIA_TYPE)
_ACCEPT = f"{MEDIA_TYPE}, application/jwt"

#: Claims about the object itself (RFC 7519 §4.1); all others are parameters.
_ABOUT = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
#: Clocks of portals and ours may differ so far (FAPI 2.0 §5.3.2.1: 10 s accepted, more than 60 s refused).
_SKEW = 60
_LONGEST_MEMORY = 30 * 86400
_MOST_PARAMETERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is demanded of an object: signature, claims, seconds it may be good, the code of a refusal."""

    algorithms: tuple[str, ...]
    claims: tuple[str, ...] = ()
    longest: int | None = None
    code: str = "invalid_request_object"

    def refused(self, hint: str, why: str = "") -> Rejected:
        """A refusal of the object (RFC 9101 §7)."""
        return Rejected(self.code, hint, why=why or hint)


def parameters(client: Client, text: str) -> dict[str, str]:
    """The authorization request an object of this client holds; raises ``invalid_request_object``."""
    profile = profiles.of(client)
    chosen = client.request_object_signing_alg
    terms = Terms(
        algorithms=(chosen,) if chosen else profile.algorithms,
        claims=profile.request_object_claims,
        longest=profile.longest_request_object,
    )
    return _of_client(client, claims_of(client, text, terms), terms)


def claims_of(client: Client, text: str, terms: Terms) -> dict[str, Any]:
    """The claims of an object that this client signed, for us, in time, and shown for the first time."""
    kid, signed = _decrypted(text, terms)
    header, claims = _verified(client, signed, terms)
    usage.met(kid, client.client_id, "encryption")
    if header.get("typ", "").lower() not in _TYPES:
        raise terms.refused("the typ of the request object is not oauth-authz-req+jwt")
    missing = [name for name in terms.claims if name not in claims]
    if missing:
        raise terms.refused(f"the request object needs the claim {missing[0]}")
    _judge_parties(client, claims, terms)
    _judge_times(claims, terms)
    _judge_replay(client, claims, terms)
    return claims


def fetch(client: Client, uri: str) -> str:
    """The object at an address the client registered (RFC 9101 §5.2); raises ``invalid_request_uri``.

    The fragment, a hash by which a changed object gets a new address (OIDC Core §6.2), is not compared:
    what comes back proves itself by its signature.
    """
    address, _, _ = uri.partition("#")
    if address not in {registered.partition("#")[0] for registered in client.request_uris}:
        raise Rejected("invalid_request_uri", "request_uri is not registered for this client")
    try:
        reply = outbound.get(address, accept=_ACCEPT, client=client.client_id)
    except outbound.Failed as failure:
        raise Rejected("invalid_request_uri", "request_uri could not be fetched", why=failure.why) from None
    return reply.body.decode("ascii", "replace").strip()


def _decrypted(text: str, terms: Terms) -> tuple[str | None, str]:
    """What was encrypted to us, or the text as it is; inside stands the signed object (RFC 9101 §6.1).

    With it comes the key it was encrypted to, when that is an old one.
    """
    if text.count(".") != 4:
        return None, text
    try:
        kid, content = keyring.opened(text)
        return kid, content.decode("ascii", "replace")
    except keyring.Unreadable as error:
        raise terms.refused("the request object cannot be decrypted", why=str(error)) from error


def _verified(client: Client, text: str, terms: Terms) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        return client_jwt.verified(client, text, terms.algorithms)
    except client_jwt.Unverified as error:
        hint = "the request object is not signed by a key and an algorithm of this client"
        raise terms.refused(hint, why=str(error)) from error


def _judge_parties(client: Client, claims: dict[str, Any], terms: Terms) -> None:
    """From the client, for this issuer and nobody like it (RFC 9101 §4; RFC 8725 §3.9)."""
    if claims.get("iss", client.client_id) != client.client_id:
        raise terms.refused("the iss of the request object is not the client")
    if claims.get("sub") == client.client_id:
        # RFC 9101 §10.8: else an assertion that authenticates the client could be shown as its request.
        raise terms.refused("the sub of the request object must not be the client")
    issuer = settings.current().issuer
    audience = claims.get("aud", issuer)
    if audience != issuer and not (isinstance(audience, list) and issuer in audience):
        raise terms.refused("the aud of the request object is not this issuer")


def _judge_times(claims: dict[str, Any], terms: Terms) -> None:
    for name in ("exp", "nbf", "iat"):
        if type(claims.get(name, 0)) is not int:
            raise terms.refused(f"the {name} of the request object is not a whole number")
    moment = now()
    if "exp" in claims and claims["exp"] <= moment:
        raise terms.refused("the request object has expired")
    if max(claims.get("nbf", 0), claims.get("iat", 0)) > moment + _SKEW:
        raise terms.refused("the request object is not valid yet")
    # So it did not begin longer ago than that either, for it has not expired.
    if terms.longest is not None and claims["exp"] > claims["nbf"] + terms.longest:
        raise terms.refused("the request object is valid for too long")


def _judge_replay(client: Client, claims: dict[str, Any], terms: Terms) -> None:
    """A ``jti`` is good once (RFC 7519 §4.1.7); an object without one may be shown again until it expires."""
    if "jti" not in claims:
        return
    jti = claims["jti"]
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise terms.refused("the jti of the request object is not a text")
    moment = now()
    lifetime = min(max(claims.get("exp", moment + _LONGEST_MEMORY) - moment, 1), _LONGEST_MEMORY)
    value = f"request|{client.client_id}|{jti}"
    if not once.first_time("jti", value, lifetime, made_at=claims.get("iat")):
        raise terms.refused("the request object was shown before", why="jti replayed")


def _of_client(client: Client, claims: dict[str, Any], terms: Terms) -> dict[str, str]:
    if claims.get("client_id") != client.client_id:
        raise terms.refused("the client_id in the request object is not the client", why="client_mismatch")
    return as_parameters(claims, terms)


def as_parameters(claims: dict[str, Any], terms: Terms) -> dict[str, str]:
    """What an object asks, as it would stand in a form."""
    inside = {name: value for name, value in claims.items() if name not in _ABOUT}
    if "request" in inside or "request_uri" in inside:
        raise terms.refused("a request object must not hold another one")
    if len(inside) > _MOST_PARAMETERS:
        raise terms.refused("the request object has too many claims")
    try:
        texts = {name: _as_text(name, value) for name, value in inside.items()}
    except (TypeError, ValueError) as error:
        raise terms.refused("a claim of the request object is not a text") from error
    return {name: text for name, text in texts.items() if text}


def _as_text(name: str, value: Any) -> str:
    """A parameter as it would stand in a form; numbers and objects are written out (OIDC Core §6.1)."""
    if isinstance(value, list) and name in REPEATABLE:
        return " ".join(value)
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    if type(value) is int:
        return str(value)
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(type(value).__name__)
    value.encode()  # a lone surrogate, which JSON can spell, is no text (RFC 8259 §8.2)
    return value
