"""Access tokens: JWTs of RFC 9068, verified."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from resource_server.issuer import Issuer
from resource_server.refusal import Refused

#: Signatures an issuer of ours makes; a symmetric one or ``none`` is never a token's (RFC 8725 §3.1).
ALGORITHMS = ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"]
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
_LARGEST = 16_384
#: How far two clocks may differ, in seconds.
LEEWAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token whose signature, issuer, audience and times hold."""

    claims: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """For whom the request is made: a person, an organisation, or the client itself."""
        return str(self.claims["sub"])

    @property
    def client_id(self) -> str:
        """The portal or system that got the token."""
        return str(self.claims["client_id"])

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes it carries."""
        return frozenset(str(self.claims.get("scope", "")).split())

    @property
    def actors(self) -> tuple[Mapping[str, Any], ...]:
        """Who acts for the subject, the present actor first (RFC 8693 §4.1); empty when nobody does."""
        found: list[Mapping[str, Any]] = []
        actor = self.claims.get("act")
        while isinstance(actor, Mapping) and len(found) < 10:
            found.append(actor)
            actor = actor.get("act")
        return tuple(found)

    @property
    def acr(self) -> str:
        """The level of the login behind it; empty for a system's own token."""
        return str(self.claims.get("acr", ""))

    @property
    def auth_time(self) -> int | None:
        """When the person logged in, in seconds since the epoch."""
        value = self.claims.get("auth_time")
        return value if type(value) is int else None

    def bound_to(self, method: str) -> str | None:
        """The key it is bound to by ``jkt`` or ``x5t#S256`` (RFC 7800 §3.1)."""
        confirmation = self.claims.get("cnf")
        value = confirmation.get(method) if isinstance(confirmation, Mapping) else None
        return str(value) if value is not None else None


def read(text: str, issuer: Issuer, audience: str) -> AccessToken:
    """Verify a token (RFC 9068 §4); raises ``Refused`` with ``invalid_token``."""
    try:
        keys = issuer.keys(_key_id(text))
        claims = jwt.decode(text, keys, algorithms=ALGORITHMS, registry=_REGISTRY).claims
        _judge(claims, issuer.name, audience)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise Refused("invalid_token", "the access token is not valid here", why=str(error)) from error
    return AccessToken(claims=claims)


def _key_id(text: str) -> str:
    """The key id of a token that says it is an access token (RFC 9068 §2.1)."""
    if len(text) > _LARGEST:
        raise ValueError("too long")
    header = jws.extract_compact(text.encode("ascii"), registry=_REGISTRY).headers()
    if str(header.get("typ", "")).lower().removeprefix("application/") != "at+jwt" or "crit" in header:
        raise ValueError("not an access token")
    return str(header.get("kid", ""))


def _judge(claims: Mapping[str, Any], issuer: str, audience: str) -> None:
    named = claims["aud"]
    moment = time.time()
    if claims["iss"] != issuer:
        raise ValueError("another issuer")
    if audience not in ([named] if isinstance(named, str) else named):
        raise ValueError("another audience")
    if not all(type(claims[name]) is int for name in ("iat", "exp")):
        raise ValueError("iat and exp are whole numbers")
    if claims["exp"] <= moment - LEEWAY:
        raise ValueError("expired")
    if claims["iat"] > moment + LEEWAY or claims.get("nbf", 0) > moment + LEEWAY:
        raise ValueError("from the future")
    if not all(isinstance(claims[name], str) and claims[name] for name in ("sub", "client_id", "jti")):
        raise ValueError("sub, client_id and jti are texts")
    if claims.get("cnf") is not None and not _one_known_binding(claims["cnf"]):
        # A binding that nobody here can check must not turn into none.
        raise ValueError("bound in an unknown way")


def _one_known_binding(confirmation: object) -> bool:
    if not isinstance(confirmation, Mapping) or not confirmation or set(confirmation) - {"jkt", "x5t#S256"}:
        return False
    return all(isinstance(value, str) and value for value in confirmation.values())
