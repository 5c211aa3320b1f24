"""Re-entry as FAPI 2.0 wants it: a pushed request, a client known by its key, tokens bound to another key.

What a portal signs for that, two assertions and a proof, is signed here by the bare algorithm: the
generator's own processor time is shown beside the servers', and should be small against it.
"""

import base64
import secrets
import time
from collections.abc import Generator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey

from tests.bench.user import FORM, Flow, Intent, User, check, code_of, id_token_claims, json_of
from tests.wire import Answer, Request

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ES256 = ec.ECDSA(hashes.SHA256())


def new_key(kid: str = "fapi") -> dict[str, Any]:
    """A private key of a portal, as a JWK."""
    return dict(ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"}).as_dict(private=True))


class Signer:
    """A key and what it signs (RFC 7515 §3.1, RFC 7518 §3.4)."""

    def __init__(self, jwk: Mapping[str, Any]) -> None:
        self._key = ECKey.import_key(dict(jwk))
        self.thumbprint = self._key.thumbprint()

    @cached_property
    def public(self) -> dict[str, Any]:
        """What a proof shows of it (RFC 7517 §6.2.1)."""
        whole = self._key.as_dict(private=False)
        return {name: whole[name] for name in ("kty", "crv", "x", "y")}

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A JWT of these claims."""
        data = b".".join(_b64url(orjson.dumps(part)) for part in ({"alg": "ES256", **header}, claims))
        r, s = decode_dss_signature(self._key.private_key.sign(data, _ES256))
        return (data + b"." + _b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))).decode()


class Portal:
    """What a portal of this profile holds for one person: its keys and the nonce it was given last."""

    def __init__(self, user: User) -> None:
        self._client_id, self._issuer = user.target.fapi_id, user.target.issuer
        self._kid, self._own = user.target.fapi_key["kid"], Signer(user.target.fapi_key)
        self.holder = Signer(new_key("holder"))
        self.nonce = ""

    def credentials(self) -> dict[str, str]:
        """``private_key_jwt`` (RFC 7523 §2.2)."""
        who, now = self._client_id, int(time.time())
        claims = {"iss": who, "sub": who, "aud": self._issuer, "jti": _random(), "iat": now, "exp": now + 60}
        assertion = self._own.sign({"kid": self._kid}, claims)
        return {"client_id": who, "client_assertion_type": _ASSERTION_TYPE, "client_assertion": assertion}

    def proof(self, address: str) -> str:
        """That the holder's key is at hand (RFC 9449 §4.2)."""
        claims = {"jti": _random(), "htm": "POST", "htu": address, "iat": int(time.time())}
        nonce = {"nonce": self.nonce} if self.nonce else {}
        return self.holder.sign({"typ": "dpop+jwt", "jwk": self.holder.public}, claims | nonce)


def _portal(user: User) -> Portal:
    if user.fapi is None:
        user.fapi = Portal(user)
    return user.fapi


def _post(user: User, endpoint: str, *, proven: bool = False, **fields: str) -> Request:
    """A form post of the portal, with what proves that it is the portal's."""
    address, portal = user.metadata[endpoint], _portal(user)
    proof = {"DPoP": portal.proof(address)} if proven else {}
    body = urlencode(fields | portal.credentials()).encode()
    return Request(method="POST", url=address, headers={"Content-Type": FORM} | proof, body=body)


def _pushed(user: User, intent: Intent) -> Generator[Request, Answer, str]:
    """Push the request (RFC 9126 §2); the address for the browser."""
    asked = intent.parameters(user.target, user.target.fapi_id)
    answer = yield _post(user, "pushed_authorization_request_endpoint", **asked)
    check(answer.status == 201, "not pushed", answer)
    reference = {"client_id": user.target.fapi_id, "request_uri": orjson.loads(answer.body)["request_uri"]}
    return f"{user.metadata['authorization_endpoint']}?{urlencode(reference)}"


def _redeemed(user: User, intent: Intent, code: str) -> Generator[Request, Answer, str]:
    """The code at the token endpoint, once more where a nonce is demanded (RFC 9449 §8); the access token."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": user.target.redirect_uri,
        "code_verifier": intent.verifier,
    }
    answer = yield _post(user, "token_endpoint", proven=True, **form)
    portal = _portal(user)
    demanded = answer.status == 400 and b'"use_dpop_nonce"' in answer.body
    portal.nonce = answer.header("dpop-nonce") or portal.nonce
    if demanded:
        answer = yield _post(user, "token_endpoint", proven=True, **form)
    tokens = json_of(answer)
    check(tokens["token_type"] == "DPoP" and tokens["expires_in"] > 0, "not a bound token", answer)
    id_token_claims(user, tokens["id_token"], intent.nonce, user.target.fapi_id)
    check(tokens["refresh_token"], "no refresh token", answer)
    return str(tokens["access_token"])


def entry(user: User) -> Flow:
    """The first time: the person agrees where asked, and the server says what its token is bound to."""
    intent = Intent()
    address = yield from _pushed(user, intent)
    back = yield from user.browser.walk(address, user.fill, user.target.redirect_uri)
    token = yield from _redeemed(user, intent, code_of(user, intent, back))
    found = json_of((yield _post(user, "introspection_endpoint", token=token)))
    check(found["active"] is True and found["cnf"] == _confirmation(user), "not bound", str(found))


def reentry(user: User) -> Flow:
    """A live session, a known portal: pushed, redirected with a code, redeemed with assertion and proof."""
    intent = Intent()
    request = user.browser.open((yield from _pushed(user, intent)))
    answer = yield request
    check(answer.status in (302, 303), "not a redirect", answer)
    user.browser.keep_cookies(request.url, answer)
    token = yield from _redeemed(user, intent, code_of(user, intent, answer.header("location")))
    if token.count(".") == 2:
        # Whose access tokens are references says what they are bound to when asked, which ``entry`` did.
        check(_claims(token)["cnf"] == _confirmation(user), "not bound", token)


def _confirmation(user: User) -> dict[str, str]:
    return {"jkt": _portal(user).holder.thumbprint}


def _claims(token: str) -> dict[str, Any]:
    return dict(orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


def _b64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _random() -> str:
    return secrets.token_urlsafe(16)
