"""The operations that are measured; each yields requests, is sent answers, and refuses a wrong one.

Every answer is checked: status and shape, ``state`` and ``iss`` of each redirect, and of each ID token the
signature, issuer, audience, subject, nonce and lifetime. A number made from wrong answers is no number.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.interop.browserless import Browser
from tests.wire import Answer, Request

Flow = Generator[Request, Answer, None]
_FORM = "application/x-www-form-urlencoded"


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

    def post(self, endpoint: str, **fields: str) -> Request:
        """A form post of the portal, authenticated by client_secret_basic (RFC 6749 §2.3.1)."""
        pair = f"{self.target.client_id}:{self.target.client_secret}".encode()
        headers = {"Authorization": "Basic " + base64.b64encode(pair).decode(), "Content-Type": _FORM}
        return Request(
            method="POST", url=self.metadata[endpoint], headers=headers, body=urlencode(fields).encode()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One authorization request (RFC 7636; OIDC Core §3.1.2.1)."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def address(self, user: User) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": user.target.client_id,
            "redirect_uri": user.target.redirect_uri,
            "scope": user.target.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{user.metadata['authorization_endpoint']}?{urlencode(query)}"


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


def id_token_claims(user: User, token: str, nonce: str | None) -> dict[str, Any]:
    """The claims of an ID token, verified as a portal must (OIDC Core §3.1.3.7)."""
    check(user.keys is not None, "no keys", token)
    decoded = jwt.decode(token, user.keys, algorithms=["ES256"])  # type: ignore[arg-type]
    claims = decoded.claims
    check(decoded.header["alg"] == "ES256", "another algorithm", token)
    check(claims["iss"] == user.target.issuer, "another issuer", str(claims))
    check(claims["aud"] in (user.target.client_id, [user.target.client_id]), "another audience", str(claims))
    check(claims["exp"] > time.time() >= claims["iat"] - 5, "outside its lifetime", str(claims))
    check(nonce is None or claims.get("nonce") == nonce, "another nonce", str(claims))
    check(claims["sub"] == (user.subject or claims["sub"]), "another person", str(claims))
    return claims


def keep_tokens(user: User, answer: Answer, nonce: str | None) -> None:
    """Check a token answer and keep what the portal would keep."""
    tokens = json_of(answer)
    check(tokens["token_type"].lower() == "bearer" and tokens["expires_in"] > 0, "not a bearer token", answer)
    claims = id_token_claims(user, tokens["id_token"], nonce)
    check(tokens["refresh_token"] != user.refresh_token, "the refresh token was not rotated", answer)
    check(tokens["access_token"] != user.access_token, "the access token is an old one", answer)
    user.subject = claims["sub"]
    user.access_token, user.refresh_token = tokens["access_token"], tokens["refresh_token"]


def discovery(user: User) -> Flow:
    """GET of the discovery document."""
    answer = yield Request(url=user.target.issuer + "/.well-known/openid-configuration")
    if not user.metadata:
        user.metadata = json_of(answer)
        check(user.metadata["issuer"] == user.target.issuer, "another issuer", answer)
    check(user.bytes_seen.setdefault("discovery", answer.body) == answer.body, "changed", answer)


def jwks(user: User) -> Flow:
    """GET of the published keys."""
    answer = yield Request(url=user.metadata["jwks_uri"])
    if user.keys is None:
        user.keys = KeySet.import_key_set(json_of(answer))  # type: ignore[arg-type]
    check(user.bytes_seen.setdefault("jwks", answer.body) == answer.body, "changed", answer)


def login(user: User) -> Flow:
    """A stranger's browser: from the portal's redirect over the login pages back to it with a code."""
    intent = Intent()
    browser = Browser()
    address = yield from browser.walk(intent.address(user), user.fill, user.target.redirect_uri)
    code_of(user, intent, address)
    user.browser = browser


def reentry(user: User) -> Flow:
    """Single sign-on: a live session, a redirect with a code, ID, access and refresh token."""
    intent = Intent()
    request = user.browser.open(intent.address(user))
    answer = yield request
    check(answer.status in (302, 303), "not a redirect", answer)
    user.browser.keep_cookies(request.url, answer)
    code = code_of(user, intent, answer.header("location"))
    answer = yield user.post(
        "token_endpoint",
        grant_type="authorization_code",
        code=code,
        redirect_uri=user.target.redirect_uri,
        code_verifier=intent.verifier,
    )
    keep_tokens(user, answer, intent.nonce)


def refresh(user: User) -> Flow:
    """The portal renews its tokens; the refresh token rotates (RFC 9700 §4.14.2)."""
    answer = yield user.post("token_endpoint", grant_type="refresh_token", refresh_token=user.refresh_token)
    keep_tokens(user, answer, None)


def client_credentials(user: User) -> Flow:
    """A portal's own token (RFC 6749 §4.4)."""
    answer = yield user.post("token_endpoint", grant_type="client_credentials")
    tokens = json_of(answer)
    check(tokens["access_token"] and tokens["token_type"].lower() == "bearer", "not a bearer token", answer)
    check("refresh_token" not in tokens, "a refresh token for a machine", answer)


def userinfo(user: User) -> Flow:
    """The person's claims (OIDC Core §5.3)."""
    headers = {"Authorization": f"Bearer {user.access_token}"}
    answer = yield Request(url=user.metadata["userinfo_endpoint"], headers=headers)
    check(json_of(answer)["sub"] == user.subject, "another person", answer)


def introspection(user: User) -> Flow:
    """Is this access token still good (RFC 7662)."""
    answer = yield user.post("introspection_endpoint", token=user.access_token)
    found = json_of(answer)
    check(found["active"] is True, "not active", answer)
    check(
        found["client_id"] == user.target.client_id and found["sub"] == user.subject, "another token", answer
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is repeated under load, and what has to be there before."""

    name: str
    title: str
    run: Callable[[User], Flow]
    before: Callable[[User], Flow] | None = None


OPERATIONS = (
    Operation(name="discovery", title="discovery", run=discovery),
    Operation(name="jwks", title="JWKS", run=jwks),
    Operation(name="client_credentials", title="client credentials", run=client_credentials),
    Operation(name="reentry", title="single sign-on re-entry", run=reentry),
    Operation(name="refresh", title="refresh", run=refresh, before=reentry),
    Operation(name="userinfo", title="UserInfo", run=userinfo, before=reentry),
    Operation(name="introspection", title="introspection", run=introspection, before=reentry),
    Operation(name="login", title="password login", run=login),
)
