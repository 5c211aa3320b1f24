"""What a resource asks of a token (RFC 6750 §3.1, RFC 9470 §3)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from resource_server.refusal import Refused
from resource_server.token import LEEWAY, AccessToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a resource asks of the token.

    ``scope``: all of these, separated by spaces. ``acr``: at least this level of ``levels``.
    ``max_age``: seconds since the person logged in. ``acting``: whether somebody may act for another.
    ``bound``: whether the token must be bound to a key.
    """

    scope: str = ""
    acr: str = ""
    max_age: int | None = None
    acting: bool = True
    bound: bool = False
    levels: tuple[str, ...] = tuple(f"urn:gov-sso:acr:l{n}" for n in (1, 2, 3, 4))

    def __post_init__(self) -> None:
        if self.acr and self.acr not in self.levels:
            raise ValueError(f"{self.acr} is not one of the levels")

    def judge(self, token: AccessToken) -> None:
        """Raise ``Refused`` for the first thing the token lacks."""
        if missing := set(self.scope.split()) - token.scopes:
            raise Refused(
                "insufficient_scope", "a scope is missing", why=f"lacks {sorted(missing)}", scope=self.scope
            )
        if self.bound and token.claims.get("cnf") is None:
            raise Refused("invalid_token", "the token must be bound to a key")
        if token.actors and not self.acting:
            raise Refused("insufficient_scope", "nobody may act for another here")
        if told := dict(self._step_up(token)):
            raise Refused("insufficient_user_authentication", "a stronger or newer login is needed", **told)

    def _step_up(self, token: AccessToken) -> Iterator[tuple[str, str]]:
        """What to ask the issuer for (RFC 9470 §3)."""
        if self.acr and (token.acr not in self.levels or self._rank(token.acr) < self._rank(self.acr)):
            yield "acr_values", self.acr
        if self.max_age is not None and _older(token.auth_time, self.max_age):
            yield "max_age", str(self.max_age)

    def _rank(self, acr: str) -> int:
        return self.levels.index(acr)


def _older(moment: int | None, seconds: int) -> bool:
    return moment is None or time.time() - moment > seconds + LEEWAY
