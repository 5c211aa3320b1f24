"""What the policies of a place ask of one request; drafts are tried on the past the same way."""

from collections.abc import Collection
from dataclasses import dataclass

from clients import scopes as scope_register
from clients.client import SubjectType
from idp.base.errors import Rejected
from idp.policies.combination import Combined
from idp.policies.kinds.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What holds for a request that may go on."""

    level: int
    legal_level: int
    """The level at which a company may be acted for; never below ``level``."""
    max_age: int | None
    """Seconds that a login may be old; ``None`` where nobody says."""
    subject_types: tuple[SubjectType, ...]
    """In whose name the request can be made, of those that the client serves."""
    items: tuple[Item, ...]
    offline_access: bool

    def allows(self, scope: str) -> bool:
        """Whether a scope may be asked for here, for all of the items."""
        if scope == "offline_access" and not self.offline_access:
            return False
        return all(item.allows(scope) for item in self.items)


def judge(combined: Combined, *, subject_types: Collection[SubjectType], codes: Collection[str]) -> Demands:
    """What a request for these items must meet; raises ``Rejected``.

    An item that nobody on the path knows is refused: a slip in a code must not lower a level.
    """
    items = []
    for code in dict.fromkeys(codes):
        item = combined.item(code)
        if item is None:
            hint = "item_code is not in the catalogue of the client's division"
            raise Rejected("invalid_request", hint, why="item.unknown")
        items.append(item)
    open_to = tuple(one for one in subject_types if all(one in item.subject_types for item in items))
    if not open_to:
        hint = "the item is not open to the users that this client serves"
        raise Rejected("invalid_request", hint, why="item.subject")
    level = max([combined.rules.min_level, *(item.level for item in items)])
    return Demands(
        level=level,
        legal_level=max(level, combined.rules.legal_level),
        max_age=combined.rules.max_age,
        subject_types=open_to,
        items=tuple(items),
        offline_access=combined.rules.offline_access,
    )


def kept(demands: Demands, scopes: Collection[str]) -> tuple[str, ...]:
    """The scopes that may be asked for; raises ``Rejected`` where one that is restricted may not.

    All others are dropped, as scopes are that a client was not approved for (RFC 6749 §3.3).
    """
    left = tuple(name for name in scopes if demands.allows(name))
    if any(name not in left for name in scope_register.restricted(scopes)):
        raise Rejected("invalid_scope", "the item does not need restricted data", why="item.scope")
    return left
