"""Making and reading tokens: RFC 9068 access tokens and OIDC ID tokens.

No personal data stands in either; levels and the sealed handle do.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from idp import keyring, settings
from idp.base import levels
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.base.secret import b64url
from idp.keyring import usage
from idp.tokens import confirmation
from idp.tokens.handle import Handle

#: ``at_hash`` and ``c_hash`` are the left half of the hash that the algorithm uses; all ours use SHA-256.
_HALF = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A verified access token of ours."""

    claims: dict[str, Any]
    handle: Handle

    @property
    def client_id(self) -> str:
        """The portal it was issued to."""
        return str(self.claims["client_id"])

    @property
    def binding(self) -> str:
        """The key that must be shown with it; empty when whoever holds it may use it."""
        return confirmation.of_claims(self.claims)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes it carries."""
        return tuple(str(self.claims["scope"]).split())

    @property
    def single_claims(self) -> dict[str, list[str]]:
        """What UserInfo answers beyond its scopes (OIDC Core §5.5), as ``idp.claims.requested`` keeps it."""
        return dict(self.claims.get("claims", {}).get("userinfo", {}))

    @property
    def need(self) -> dict[str, str]:
        """What restricted data is for; empty in a token that gives none."""
        return {name: str(self.claims[name]) for name in ("purpose", "item_code") if name in self.claims}

    @property
    def audience(self) -> tuple[str, ...]:
        """The services it is for."""
        audience = self.claims["aud"]
        return (audience,) if isinstance(audience, str) else tuple(audience)


def access_token(
    *,
    subject: str,
    client_id: str,
    audience: list[str],
    scopes: tuple[str, ...],
    lifetime: int,
    handle: Handle,
    extra: dict[str, Any],
) -> str:
    """A signed access token (RFC 9068 §2); ``extra`` holds ``acr``, ``auth_time``, ``act``, ``cnf``."""
    moment = now()
    claims = {
        "iss": settings.current().issuer,
        "sub": subject,
        "aud": audience[0] if len(audience) == 1 else audience,
        "client_id": client_id,
        "scope": " ".join(scopes),
        "iat": moment,
        "exp": moment + lifetime,
        "jti": handle.seal(),
        **extra,
    }
    return keyring.sign(claims, typ="at+jwt")


def id_token(
    *,
    subject: str,
    client_id: str,
    lifetime: int,
    algorithm: str,
    hashed: dict[str, str],
    auth_time: int,
    amr: tuple[str, ...],
    level: int,
    sid: str,
    extra: dict[str, Any],
) -> str:
    """A signed ID token (OIDC Core §2); ``extra`` holds ``nonce`` and what scopes ask to stand in it.

    ``hashed`` is what comes with it, by the name of its hash: ``at_hash`` (§3.1.3.6), ``c_hash`` (§3.3.2.11).
    """
    moment = now()
    claims = {
        "iss": settings.current().issuer,
        "sub": subject,
        "aud": client_id,
        "iat": moment,
        "exp": moment + lifetime,
        "auth_time": auth_time,
        "acr": levels.acr(level),
        "amr": amr,
        "sid": sid,
        **{name: b64url(hashlib.sha256(value.encode()).digest()[:_HALF]) for name, value in hashed.items()},
        **extra,
    }
    return keyring.sign(claims, alg=algorithm, typ="JWT")


def named_scopes(text: str) -> frozenset[str]:
    """The scopes of an access token of ours that has not run out; whether it is alive is not asked."""
    try:
        claims = keyring.verify(text, typ="at+jwt")
    except Rejected:
        return frozenset()
    return frozenset(str(claims.get("scope", "")).split() if int(claims["exp"]) > now() else ())


def read_access_token(text: str) -> AccessToken:
    """Verify an access token of ours by signature, type, issuer and time; raises ``invalid_token``.

    Whether it is still alive is another question (``tokens.alive``).
    """
    claims = keyring.verify(text, typ="at+jwt")
    handle = Handle.open(claims["jti"]) if isinstance(claims.get("jti"), str) else None
    if handle is None or claims.get("iss") != settings.current().issuer:
        raise Rejected("invalid_token", "not an access token of this issuer", status=401)
    if int(claims["exp"]) <= now():
        raise Rejected("invalid_token", "the access token has expired", status=401)
    for kid in (keyring.old_signer(text), keyring.old_sealer(claims["jti"])):
        usage.met(kid, str(claims["client_id"]), "access_token")
    return AccessToken(claims=claims, handle=handle)
