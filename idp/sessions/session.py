"""What a session is, and what it proves."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp import keyring
from idp.base import levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A portal entered in a session: since when, with which consent, and in whose name."""

    since: int
    consent: str
    """The fingerprint of what was consented to; another one asks again."""
    scopes: tuple[str, ...]
    organization: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person logged in at a browser; ``id`` is stable and never the cookie."""

    id: str
    person_id: str
    ial: int
    created_at: int
    seen_at: int
    authentications: tuple[tuple[str, int], ...]
    """Methods used and when, oldest first."""
    participants: Mapping[str, Participant]
    address: str
    agent: str
    portal: str = ""
    """The portal that alone may use it, when it was let in from another session; empty for a browser's."""

    @property
    def auth_time(self) -> int:
        """When the person last showed a factor (OIDC Core §2)."""
        return max(moment for _, moment in self.authentications)

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods used, each once, in order of first use."""
        return tuple(dict.fromkeys(method for method, _ in self.authentications))

    @property
    def amr(self) -> tuple[str, ...]:
        """Authentication method references (RFC 8176 §2)."""
        return (*self.methods, "mfa") if self.aal > 1 else self.methods

    @property
    def aal(self) -> int:
        """The authentication level reached."""
        return levels.aal(self.methods)

    @property
    def level(self) -> int:
        """The level reached, 1 to 4."""
        return levels.level(self.ial, self.aal)


def sid_for(session_id: str, client_id: str) -> str:
    """The ``sid`` one portal sees (OIDC Back-Channel Logout §2.1); portals cannot join theirs."""
    return keyring.pairwise(f"sid:{client_id}", session_id)
