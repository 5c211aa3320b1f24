"""A proof, judged in the order of RFC 9449 §4.3.

Time comes last. A proof whose clock is off is asked to take its time from us, as a nonce (§8); so is one
that could be older than our marks of used proofs, for then nobody knows whether it was used before.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from idp import settings
from idp.base import secret
from idp.base.clock import now
from idp.oidc.dpop import nonce, signature, target
from idp.oidc.dpop.refusal import demanded, refused
from idp.oidc.request import Request
from idp.store import once

#: Seconds a proof without a nonce may be old, or ahead of our clock.
PAST, AHEAD = 60, 30
_LEEWAY = 60
_LONGEST_ID = 256
_MARKS = "dpop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof that holds; whether it is shown for the first time, its mark will tell."""

    thumbprint: str
    mark: once.Mark
    nonce_at: int | None
    """When the nonce it carries was made."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The next nonce, when the one that was shown wears out (§8.2)."""
        worn = self.nonce_at is not None and nonce.wears_out(self.nonce_at)
        return (("DPoP-Nonce", nonce.fresh()),) if worn else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """From when on a proof was there to be shown, and until when it is taken."""

    since: int
    until: int
    nonce_at: int | None = None


def shown(http: Request) -> bool:
    """Whether a request carries a proof at all."""
    return bool(http.header("DPoP"))


def read(http: Request, *, access_token: str | None = None) -> Proof:
    """The proof of a request; raises ``invalid_dpop_proof`` or ``use_dpop_nonce``."""
    signed = signature.read(http.header("DPoP"))
    claims, moment = signed.claims, now()
    if claims.get("htm") != http.method:
        raise refused("htm is not the method of this request")
    if not target.same(claims.get("htu"), http.url):
        raise refused("htu is not the address of this request")
    if access_token is not None and not _names(claims.get("ath"), access_token):
        raise refused("ath is not the hash of the access token")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_ID:
        raise refused(f"jti must have 1 to {_LONGEST_ID} characters")
    life = _life(claims, moment)
    if life.since < once.kept_since(_MARKS):
        raise demanded("older than the marks of used proofs")
    # Kept for as long as the proof could be taken again, its last second included.
    mark = once.Mark(_MARKS, f"{signed.thumbprint}|{jti}", life.until - moment + 1, made_at=life.since)
    return Proof(thumbprint=signed.thumbprint, mark=mark, nonce_at=life.nonce_at)


def judge(mark: once.Mark) -> None:
    """Refuse what was shown before, and what can have been before our marks began (§11.1)."""
    if mark.state == "again":
        raise refused("the proof was used before", why="dpop.replay")
    if mark.state != "first":
        raise demanded("older than the marks of used proofs")


def _names(ath: Any, access_token: str) -> bool:
    digest = secret.b64url(hashlib.sha256(access_token.encode()).digest())
    return isinstance(ath, str) and secret.same(ath, digest)


def _life(claims: dict[str, Any], moment: int) -> _Life:
    issued, expires, begins = (_date(claims, name) for name in ("iat", "exp", "nbf"))
    if issued is None:
        raise refused("iat is missing")
    if expires is not None and expires <= moment - _LEEWAY:
        raise refused("the proof has expired")
    if begins is not None and begins > moment + _LEEWAY:
        raise refused("the proof is not valid yet")
    if "nonce" in claims:
        made_at = nonce.made_at(claims["nonce"])
        if made_at is None:
            raise demanded("the nonce is not ours, or too old")
        return _Life(since=made_at, until=made_at + nonce.LIFETIME, nonce_at=made_at)
    if settings.current().dpop_demands_nonce:
        raise demanded("no nonce")
    if not moment - PAST <= issued <= moment + AHEAD:
        raise demanded("iat is too far from now")
    return _Life(since=issued, until=issued + PAST)


def _date(claims: dict[str, Any], name: str) -> int | None:
    """A NumericDate (RFC 7519 §2), or ``None`` when the claim is not there."""
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 2**40:
        raise refused(f"{name} is not a date")
    return int(value)
