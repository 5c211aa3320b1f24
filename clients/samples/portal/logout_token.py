"""Logout tokens: the provider's word that somebody signed out (OIDC Back-Channel Logout 1.0 §2.4 to §2.6)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from .provider import ALGORITHMS, LEEWAY

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_LIFE = 600


class Invalid(Exception):
    """Not a logout token for us; the message says which rule it breaks and holds nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who signed out: a session, a person, or both."""

    sid: str | None
    subject: str | None


class Once:
    """Token ids seen, each kept until its token has expired anyway."""

    def __init__(self, limit: int = 100_000) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}

    def first_time(self, token_id: str, until: float, now: float) -> bool:
        """Whether the id was never shown before."""
        with self._lock:
            if token_id in self._seen:
                return False
            if len(self._seen) >= self._limit:
                self._seen = {seen: end for seen, end in self._seen.items() if end >= now}
            self._seen[token_id] = until
            return True


class Reader:
    """Reads logout tokens addressed to one client."""

    def __init__(self, *, issuer: str, client_id: str, clock: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._clock = clock
        self._once = Once()

    def read(self, token: str, keys: KeySet) -> Notice:
        """Check the token by the rules of §2.6, in their order."""
        claims = self._signed_claims(token, keys)
        self._check_addresses(claims)
        self._check_times(claims)
        sid, subject = claims.get("sid"), claims.get("sub")
        _demand(
            isinstance(sid, str | None) and isinstance(subject, str | None), "sid and sub must be strings"
        )
        _demand(bool(sid or subject), "neither sid nor sub")
        events = claims.get("events")
        _demand(isinstance(events, dict) and isinstance(events.get(EVENT), dict), "not a logout event")
        _demand("nonce" not in claims, "a nonce: this could be an ID token")
        token_id = claims.get("jti")
        _demand(isinstance(token_id, str) and bool(token_id), "no jti")
        _demand(self._once.first_time(str(token_id), claims["exp"] + LEEWAY, self._clock()), "shown before")
        return Notice(sid=sid or None, subject=subject or None)

    def _signed_claims(self, token: str, keys: KeySet) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise Invalid("bad signature") from error
        _demand(decoded.header.get("typ") == "logout+jwt", "typ is not logout+jwt")
        return decoded.claims

    def _check_addresses(self, claims: dict[str, Any]) -> None:
        audience = claims.get("aud")
        _demand(claims.get("iss") == self._issuer, "another issuer")
        audiences = audience if isinstance(audience, list) else [audience]
        _demand(self._client_id in audiences, "another audience")

    def _check_times(self, claims: dict[str, Any]) -> None:
        now, issued, ends = self._clock(), claims.get("iat"), claims.get("exp")
        _demand(isinstance(issued, int | float) and isinstance(ends, int | float), "no iat or no exp")
        assert isinstance(issued, int | float)  # noqa: S101  (told to the type checker)
        assert isinstance(ends, int | float)  # noqa: S101
        _demand(issued <= now + LEEWAY, "issued in the future")
        _demand(now - LEEWAY < ends <= issued + LONGEST_LIFE, "expired, or living too long")


def _demand(holds: bool, rule: str) -> None:
    if not holds:
        raise Invalid(rule)
