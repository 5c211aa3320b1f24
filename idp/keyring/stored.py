"""What SQL holds under a key: described by the package that keeps it, walked page by page, rewritten.

The packages' ``STORED`` tuples come together in ``idp/keys.py``; a house test fails when a table holds a
sealed column or a blind index that none of them names.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeAlias, cast

from sqlalchemy import CursorResult, Table, bindparam, literal, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp import keyring
from idp.keyring.sealing import SealBroken, key_id
from idp.store import db

log = logging.getLogger(__name__)

#: The primary key of a row, or its beginning; a random id stands first (decision 0008).
Place: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, in the order of their places."""

    used: frozenset[str]
    """Ids of the keys without which something on this page could not be opened or found."""
    waiting: Sequence[Any]
    """What is to be rewritten, in the words of whoever stores it."""
    last: Place | None
    """Behind it the next page begins; ``None`` when this was the last."""


class Stored(Protocol):
    """Something SQL holds under keys of one kind."""

    @property
    def name(self) -> str:
        """How operators read it."""

    @property
    def kind(self) -> str:
        """The kind of its keys."""

    def page(self, after: Place | None, size: int) -> Page:
        """Read on behind a place."""

    def rewrite(self, session: Session, waiting: Sequence[Any]) -> int:
        """Bring what waits under the key in force; how much of it was.

        What somebody else changed meanwhile is left as it is, and what cannot be opened is logged.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A sealed value in its row."""

    place: Place
    aad: bytes
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """A column of boxes, each bound to these values of its row, joined by ``|``."""

    column: InstrumentedAttribute[Any]
    bound_to: tuple[InstrumentedAttribute[str] | str, ...]

    kind: ClassVar[str] = "seal"

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self._table.name}.{self.column.key}"

    @property
    def _table(self) -> Table:
        table: Table = self.column.class_.__table__
        return table

    def page(self, after: Place | None, size: int) -> Page:
        """Read boxes by primary key; a row without one counts, too, so that no read is long."""
        key = list(self._table.primary_key)
        bound = [literal(part) if isinstance(part, str) else part for part in self.bound_to]
        named = [part.label(f"c{number}") for number, part in enumerate((*key, *bound, self.column))]
        statement = select(*named).order_by(*key).limit(size)
        if after is not None:
            statement = statement.where(tuple_(*key) > tuple_(*map(literal, after)))
        rows = [tuple(row) for row in db.fetch_all(statement)]
        width = len(key)
        boxes = [
            Box(place=row[:width], aad="|".join(row[width:-1]).encode(), sealed=row[-1])
            for row in rows
            if row[-1]
        ]
        return Page(
            used=frozenset(key_id(box.sealed) for box in boxes),
            waiting=[box for box in boxes if not keyring.sealed_with_current(box.sealed)],
            last=rows[-1][:width] if len(rows) == size else None,
        )

    def rewrite(self, session: Session, waiting: Sequence[Box]) -> int:
        """Seal again what still holds the same box; a value that was changed meanwhile has a new one."""
        changes = [change for box in waiting if (change := self._change(box))]
        if not changes:
            return 0
        table = self._table
        same_row = [column == bindparam(f"k{n}") for n, column in enumerate(table.primary_key)]
        statement = (
            update(table)
            .where(*same_row, table.c[self.column.key] == bindparam("old"))
            .values({self.column.key: bindparam("new")})
        )
        return cast(CursorResult[Any], session.execute(statement, changes)).rowcount

    def _change(self, box: Box) -> dict[str, Any] | None:
        try:
            new = keyring.seal(keyring.unseal(box.sealed, box.aad), box.aad)
        except SealBroken as error:
            log.error("%s does not open at %s: %s", self.name, "/".join(box.place), error)
            return None
        return {"old": box.sealed, "new": new} | {f"k{n}": part for n, part in enumerate(box.place)}
