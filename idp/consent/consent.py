"""Which data need a notice, which a consent, which a separate one; and whether an old answer still holds.

PIPL art. 13, 17, 23, 29, 35: a body with a statutory duty tells, everybody else asks, and sensitive data
are asked for apart. A notice is shown in every case, once for each portal.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from clients import Client, scopes
from clients.client import LegalBasis

Kind = Literal["notice", "consent", "separate"]

#: Version of the words on the consent page; raised with them, and everybody is asked again.
TEXT_VERSION = "2026-11"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One scope of a question."""

    scope: scopes.Scope
    basis: LegalBasis
    kind: Kind

    @property
    def name(self) -> str:
        """The scope's name."""
        return self.scope.name

    @property
    def apart(self) -> bool:
        """Whether it has a page of its own: what is sensitive and asked for, always what is restricted."""
        return self.kind == "separate" or self.scope.restricted

    @property
    def optional(self) -> bool:
        """Consent is free: whoever refuses is still served (PIPL art. 16)."""
        return self.kind != "notice"


def alone(screen: tuple[Item, ...]) -> bool:
    """Whether a screen asks for one thing that may be refused: its buttons then answer for that thing."""
    return len(screen) == 1 and screen[0].optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What one person has to be told and asked before one portal may have data."""

    person_id: str
    client_id: str
    fingerprint: str
    items: tuple[Item, ...]

    def groups(self, *, one_by_one: bool = False) -> list[tuple[Item, ...]]:
        """The screens of the question: sensitive data each apart, in the elder version every item apart."""
        if one_by_one:
            return [(item,) for item in self.items]
        together = tuple(item for item in self.items if not item.apart)
        apart = [(item,) for item in self.items if item.apart]
        return [together, *apart] if together else [*apart]

    def without(self, kinds: Collection[Kind]) -> "Ask":
        """The question without some kinds of items."""
        kept = tuple(item for item in self.items if item.kind not in kinds)
        return Ask(
            person_id=self.person_id, client_id=self.client_id, fingerprint=self.fingerprint, items=kept
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """An answer that was kept."""

    id: str
    person_id: str
    client_id: str
    scopes: tuple[str, ...]
    refused: tuple[str, ...]
    legal_basis: Mapping[str, str]
    purpose: str
    fingerprint: str
    text_version: str
    granted_at: int
    withdrawn_at: int | None = None

    def holds_for(self, client: Client) -> bool:
        """Whether the portal and the words are still those the person saw (attack book K11)."""
        return (self.fingerprint, self.text_version) == (client.fingerprint, TEXT_VERSION)

    def covers(self, names: Collection[str]) -> bool:
        """Whether each scope was answered, with yes or no."""
        return {item for name in names if (item := name) in KNOWN} <= {*self.scopes, *self.refused}


KNOWN = frozenset(scope.name for scope in scopes.SCOPES if not scope.service)


def ask(client: Client, person_id: str, names: Collection[str]) -> Ask:
    """The whole question for these scopes, whatever was answered before."""
    items = tuple(
        _item(client, scope) for scope in scopes.SCOPES if scope.name in names and scope.name in KNOWN
    )
    return Ask(person_id=person_id, client_id=client.client_id, fingerprint=client.fingerprint, items=items)


def version(client: Client) -> str:
    """What a session remembers of a consent: a new text or a changed portal gives another value."""
    return f"{client.fingerprint}.{TEXT_VERSION}"


def _item(client: Client, scope: scopes.Scope) -> Item:
    # A scope without a basis of its own that the portal's registration forgot is asked for, never taken.
    basis = client.legal_basis.get(scope.name) or scope.legal_basis or "separate_consent"
    if client.environment == "sandbox":
        # Nobody has a duty there: whoever tests says yes to the whole, or does not test.
        return Item(scope=scope, basis="consent", kind="notice")
    return Item(scope=scope, basis=basis, kind=_kind(scope, basis))


def _kind(scope: scopes.Scope, basis: LegalBasis) -> Kind:
    if basis in ("statutory_duty", "mandate") or scope.step == "none":
        return "notice"
    return "separate" if "separate_consent" in (basis, scope.step) else "consent"
