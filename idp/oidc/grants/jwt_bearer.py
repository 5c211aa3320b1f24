"""``urn:ietf:params:oauth:grant-type:jwt-bearer`` (RFC 7523 §2.1): another platform vouches for a system.

The issuers are those that the client's registration approves. They speak of systems and never of citizens:
who a citizen is, this platform proves itself. The token is the client's own; ``act`` names who acts.
"""

from functools import lru_cache
from typing import Any

import orjson
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clients import Client
from clients import jwks as registered_keys
from idp import settings
from idp.base import strict_json
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.oidc.client_auth.private_key_jwt import ALGORITHMS
from idp.oidc.grants.client_credentials import ClientCredentialsGrant
from idp.store import once

_LARGEST = 8192
_LEEWAY = 60
_LONGEST_LIFE = 3600
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class JwtBearerGrant(ClientCredentialsGrant):
    """Exchange another issuer's assertion for a token of this client's account."""

    GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"

    def vouch(self) -> None:
        """The assertion; it is used up by being good."""
        assertion = self.request.form.get("assertion")
        if assertion is None:
            raise InvalidRequestError("assertion is missing")
        try:
            self.request.actor = _actor(assertion, self.request.client)
        except (JoseError, ValueError, TypeError, KeyError, OverflowError) as error:
            raise Rejected("invalid_grant", "the assertion is not valid", why=str(error)[:200]) from error

    def extra_claims(self) -> dict[str, Any]:
        """``act``: the system that was vouched for (RFC 8693 §4.1)."""
        return {"act": self.request.actor}


def _actor(assertion: str, client: Client) -> dict[str, str]:
    """Who is vouched for, by whom; raises what says why not (§3)."""
    if len(assertion) > _LARGEST:
        raise ValueError("too long")
    told = strict_json.read(
        jws.extract_compact(assertion.encode(), registry=_REGISTRY).payload, largest=_LARGEST
    )
    approved = {one["issuer"]: one for one in client.assertion_issuers}[told["iss"]]
    keys = _keys(orjson.dumps(approved["jwks"]["keys"]))
    claims = jwt.decode(assertion, keys, algorithms=ALGORITHMS, registry=_REGISTRY).claims
    _judge(claims, approved["subjects"])
    mark = f"{client.client_id}|{claims['iss']}|{claims['jti']}"
    if not once.first_time("assertion", mark, claims["exp"] - now() + _LEEWAY + 1, made_at=claims["iat"]):
        raise ValueError("shown before")
    return {"iss": claims["iss"], "sub": claims["sub"]}


def _judge(claims: dict[str, Any], subjects: list[str]) -> None:
    """§3: for us alone, of a named subject, in time, with a name of its own."""
    moment = now()
    issuer = settings.current().issuer
    if claims["aud"] not in (issuer, f"{issuer}/token"):
        raise ValueError("for another audience")
    if claims["sub"] not in subjects:
        raise ValueError("of a subject that is not approved")
    if not all(type(claims[name]) is int for name in ("iat", "exp")) or type(claims.get("nbf", 0)) is not int:
        raise TypeError("times are whole numbers")
    if not moment - _LEEWAY < claims["exp"] <= moment + _LONGEST_LIFE:
        raise ValueError("has ended, or lives too long")
    if max(claims["iat"], claims.get("nbf", 0)) > moment + _LEEWAY:
        raise ValueError("from the future")
    if not isinstance(claims["jti"], str) or not 1 <= len(claims["jti"]) <= 256:
        raise ValueError("jti is a short text")


@lru_cache(maxsize=256)
def _keys(keys: bytes) -> KeySet:
    return registered_keys.key_set(orjson.loads(keys), "sig")
