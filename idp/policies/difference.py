"""What one version of a policy changes against another, as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from idp.policies import kinds
from idp.policies.policy import KindName


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One member of one row that changed; ``member`` is empty where the row as a whole came or went.

    ``at`` names the row: an item code, the place of a notice, empty for rules and branding. Of a row that
    came ``old`` is ``None``, of one that went ``new`` is; else both are values of the member.
    """

    kind: KindName
    at: str
    member: str
    old: object
    new: object

    def label(self, chinese: bool) -> str:
        """The member's name."""
        return kinds.REGISTER[self.kind].words(self.member, None)[0 if chinese else 1]

    def before(self, chinese: bool) -> str:
        """The old value."""
        return kinds.REGISTER[self.kind].words(self.member, self.old)[2 if chinese else 3]

    def after(self, chinese: bool) -> str:
        """The new value."""
        return kinds.REGISTER[self.kind].words(self.member, self.new)[2 if chinese else 3]


def diff(
    kind: KindName, before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> tuple[Difference, ...]:
    """The differences between two documents, by row; ``None`` is a policy that says nothing."""
    found = []
    old_rows, new_rows = _rows(kind, before), _rows(kind, after)
    for at in sorted(old_rows.keys() | new_rows.keys()):
        old, new = old_rows.get(at), new_rows.get(at)
        if old is None or new is None:
            found.append(Difference(kind=kind, at=at, member="", old=old, new=new))
            continue
        if old == new:
            continue
        found += [
            Difference(kind=kind, at=at, member=member, old=old[member], new=value)
            for member, value in new.items()
            if old[member] != value
        ]
    return tuple(found)


def _rows(kind: KindName, document: Mapping[str, object] | None) -> Mapping[str, Mapping[str, object]]:
    judge = kinds.REGISTER[kind]
    if document is None:
        return judge.rows(judge.empty)
    if kind == "items":
        # A catalogue is kept as its rows are told; to judge 20,000 again would take as long as all the rest.
        return cast(Mapping[str, Mapping[str, object]], document["items"])
    return judge.rows(judge.read(document))
