"""A person at a portal under load, and what a portal checks of the answers it gets.

Status and shape, ``state`` and ``iss`` of each redirect, and of each ID token the signature, issuer,
audience, subject, nonce and lifetime. A number made from wrong answers is no number.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.interop.browserless import Browser
from tests.wire import Answer, Request

if TYPE_CHECKING:
    from tests.bench.fapi import Portal

Flow = Generator[Request, Answer, None]
FORM = "application/x-www-form-urlencoded"


class Wrong(AssertionError):
    """An answer that a portal would not accept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server under load, as a portal knows it."""

    name: str
    issuer: str
    address: tuple[str, int]
    client_id: str
    client_secret: str
    redirect_uri: str
    scope: str
    accounts: tuple[Mapping[str, str], ...]
    """What each person types: form field → text."""
    fapi_id: str
    """The same portal once more, as a client of the FAPI 2.0 profile."""
    fapi_key: Mapping[str, Any]
    """Its private JWK."""


@dataclass(slots=True, kw_only=True)
class User:
    """One person at one portal: a browser, and what the portal holds for this person."""

    target: Target
    fill: Mapping[str, str]
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: KeySet | None = None
    browser: Browser = field(default_factory=Browser)
    subject: str = ""
    access_token: str = ""
    refresh_token: str = ""
    bytes_seen: dict[str, bytes] = field(default_factory=dict)
    fapi: "Portal | None" = None
    """What the portal holds for this person as a client of the FAPI 2.0 profile."""

    def post(self, endpoint: str, **fields: str) -> Request:
        """A form post of the portal, authenticated by client_secret_basic (RFC 6749 §2.3.1)."""
        pair = f"{self.target.client_id}:{self.target.client_secret}".encode()
        headers = {"Authorization": "Basic " + base64.b64encode(pair).decode(), "Content-Type": FORM}
        return Request(
            method="POST", url=self.metadata[endpoint], headers=headers, body=urlencode(fields).encode()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One authorization request (RFC 7636; OIDC Core §3.1.2.1)."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def parameters(self, target: Target, client_id: str) -> dict[str, str]:
        """The request of one client."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": target.redirect_uri,
            "scope": target.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }

    def address(self, user: User) -> str:
        """Where the portal sends the browser."""
        query = urlencode(self.parameters(user.target, user.target.client_id))
        return f"{user.metadata['authorization_endpoint']}?{query}"


def check(holds: object, what: str, answer: Answer | str) -> None:
    """Stop the run at the first wrong answer."""
    if not holds:
        seen = answer if isinstance(answer, str) else f"{answer.status} {answer.headers} {answer.body!r}"
        raise Wrong(f"{what}: {seen}")


def json_of(answer: Answer) -> dict[str, Any]:
    """The JSON object of a 200 answer."""
    check(answer.status == 200, "not a 200", answer)
    value = orjson.loads(answer.body)
    check(isinstance(value, dict), "not a JSON object", answer)
    return dict(value)


def code_of(user: User, intent: Intent, address: str) -> str:
    """The code in the address the browser was sent to (RFC 6749 §4.1.2, RFC 9207)."""
    check(address.startswith(user.target.redirect_uri + "?"), "not the portal's address", address)
    query = dict(parse_qsl(urlsplit(address).query))
    check(query.get("state") == intent.state, "another state", address)
    check(query.get("iss", user.target.issuer) == user.target.issuer, "another issuer", address)
    check(query.get("code"), "no code", address)
    return query["code"]


def id_token_claims(user: User, token: str, nonce: str | None, client_id: str) -> dict[str, Any]:
    """The claims of an ID token, verified as a portal must (OIDC Core §3.1.3.7)."""
    check(user.keys is not None, "no keys", token)
    decoded = jwt.decode(token, user.keys, algorithms=["ES256"])  # type: ignore[arg-type]
    claims = decoded.claims
    check(decoded.header["alg"] == "ES256", "another algorithm", token)
    check(claims["iss"] == user.target.issuer, "another issuer", str(claims))
    check(claims["aud"] in (client_id, [client_id]), "another audience", str(claims))
    check(claims["exp"] > time.time() >= claims["iat"] - 5, "outside its lifetime", str(claims))
    check(nonce is None or claims.get("nonce") == nonce, "another nonce", str(claims))
    check(claims["sub"] == (user.subject or claims["sub"]), "another person", str(claims))
    return claims


def keep_tokens(user: User, answer: Answer, nonce: str | None) -> None:
    """Check a token answer and keep what the portal would keep."""
    tokens = json_of(answer)
    check(tokens["token_type"].lower() == "bearer" and tokens["expires_in"] > 0, "not a bearer token", answer)
    claims = id_token_claims(user, tokens["id_token"], nonce, user.target.client_id)
    check(tokens["refresh_token"] != user.refresh_token, "the refresh token was not rotated", answer)
    check(tokens["access_token"] != user.access_token, "the access token is an old one", answer)
    user.subject = claims["sub"]
    user.access_token, user.refresh_token = tokens["access_token"], tokens["refresh_token"]
