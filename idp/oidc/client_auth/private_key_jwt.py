"""``private_key_jwt`` (OIDC Core §9, RFC 7523 §3) on Authlib's assertion class.

Its quirks covered here: algorithms are allow-listed by the client's profile and keys (quirk 6), the audience
is one text that means us and never a list with strangers in it, unknown harmless headers are accepted, keys
in the header are not looked at, and a ``jti`` is marked in one atomic step.
"""

from typing import TYPE_CHECKING, Any

import orjson
from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jws
from joserfc.errors import JoseError

from clients import Client, profiles
from idp import settings
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.oidc import client_jwt
from idp.store import once

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest

#: RFC 9864 replaces the name EdDSA by Ed25519; portals' libraries still send it, and joserfc warns of it once
#: a process. Both names mean the same here: no other curve can be registered (``clients/jwks.py``).
ALGORITHMS = list(profiles.REGISTER["standard"].algorithms)
ASSERTION_TYPE = JWTBearerClientAssertion.CLIENT_ASSERTION_TYPE
_LEEWAY = 60
#: An assertion is made for one request; a longer life only helps a thief.
_LONGEST_LIFE = 3600
_LARGEST = 8192
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


def claims(request: "FormRequest") -> str | None:
    """The assertion's subject, read before it is verified."""
    if "client_assertion" not in request.form and "client_assertion_type" not in request.form:
        return None
    return str(_unverified(request.form.get("client_assertion", "")).get("sub", ""))


def proves(request: "FormRequest", client: Client | None) -> bool:
    """Whether the assertion is the client's, for us, in time, and shown for the first time."""
    if client is None or request.form.get("client_assertion_type") != ASSERTION_TYPE:
        return False
    try:
        return _Assertion(client, request.http.path).holds(request.form["client_assertion"])
    except (JoseError, OAuth2Error, ValueError, TypeError, KeyError, OverflowError):
        return False


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, client: Client, path: str) -> None:
        super().__init__(leeway=_LEEWAY)
        self.client = client
        self.profile = profiles.of(client)
        self.path = path

    def holds(self, assertion: str) -> bool:
        chosen = self.client.token_endpoint_auth_signing_alg
        algorithms = (chosen,) if chosen else self.profile.algorithms
        _, claims = client_jwt.verified(self.client, assertion, algorithms)
        self.verify_claims(claims)
        return self._is_strict(claims)

    def get_audiences(self) -> list[str]:
        """What means us: the issuer, else the token endpoint or the one that is called (RFC 9126 §2)."""
        issuer = settings.current().issuer
        if self.profile.issuer_is_only_audience:
            return [issuer]
        return [issuer, f"{issuer}/token", issuer + self.path]

    def verify_claims(self, claims: dict[str, Any]) -> None:
        for name in ("exp", "iat", "nbf"):
            if type(claims.get(name, 0)) is not int:
                raise TypeError(f"{name} is not a whole number")
        if "iat" not in claims:
            # Without it nobody could tell an assertion from one whose mark a flushed Redis forgot.
            raise ValueError("iat is missing")
        if not isinstance(claims.get("jti"), str) or not isinstance(claims.get("sub"), str):
            raise TypeError("jti and sub are texts")
        if not isinstance(claims.get("aud"), str):
            raise TypeError("aud is one text")
        super().verify_claims(claims)

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        if claims["exp"] > now() + _LONGEST_LIFE or len(jti) > 256:
            return False
        # The mark outlives the assertion by the leeway, or its last minute could be replayed.
        lifetime = max(claims["exp"] - now() + _LEEWAY + 1, 1)
        return once.first_time("jti", f"{self.client.client_id}|{jti}", lifetime, made_at=claims["iat"])

    def _is_strict(self, claims: dict[str, Any]) -> bool:
        return bool(claims["sub"] == self.client.client_id and claims["iat"] <= now() + _LEEWAY)


def _unverified(assertion: str) -> dict[str, Any]:
    try:
        value = orjson.loads(jws.extract_compact(assertion[:_LARGEST].encode(), registry=_REGISTRY).payload)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        why = "malformed assertion"
        raise Rejected("invalid_client", "client authentication failed", why=why, status=401) from error
    return value if isinstance(value, dict) else {}
