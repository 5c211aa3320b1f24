"""What persons keep under keys: the sealed columns, and the look-up tables that find a number or a phone."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from sqlalchemy import ColumnElement, delete, exists, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from idp import keyring
from idp.keyring.stored import Page, Place, SealedColumn, Stored
from idp.persons import sealing
from idp.persons.models import IdentifierIndexRow, IdentifierRow, PersonRow, PhoneIndexRow
from idp.store import db

log = logging.getLogger(__name__)

IndexRow: TypeAlias = type[IdentifierIndexRow] | type[PhoneIndexRow]
#: What is found by an index (a document, or the phone of a person) → the keys it is entered under.
Entered: TypeAlias = dict[Place, set[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindIndex:
    """A look-up table; what is rewritten at once is everything of one person."""

    row: IndexRow
    found: tuple[InstrumentedAttribute[str], ...]
    """The columns that name what a number leads to, the person first."""
    numbers: Callable[[Session, Sequence[str]], Mapping[Place, tuple[str, str]]]
    """The type and value of each number of these persons."""

    kind: ClassVar[str] = "blind-index"

    @property
    def name(self) -> str:
        """The table."""
        return str(self.row.__tablename__)

    def page(self, after: Place | None, size: int) -> Page:
        """Read persons by id; one waits who is not found by the key in force, or still by a retired one."""
        person = self.row.person_id
        statement = select(person).distinct().order_by(person).limit(size)
        if after is not None:
            statement = statement.where(person > after[0])
        people = [row.person_id for row in db.fetch_all(statement)]
        if not people:
            return Page(used=frozenset(), waiting=(), last=None)
        within = select(*self.found, self.row.key_id).where(person.between(people[0], people[-1]))
        entered = _by_what(db.fetch_all(within))
        current, retired = keyring.index_keys()
        waiting = {place[0] for place, keys in entered.items() if current not in keys or keys & retired}
        needed = ({current} if current in keys else keys for keys in entered.values())
        return Page(
            used=frozenset().union(*needed),
            waiting=sorted(waiting),
            last=(people[-1],) if len(people) == size else None,
        )

    def rewrite(self, session: Session, waiting: Sequence[str]) -> int:
        """Enter the numbers of these persons under the key in force, and drop what retired keys indexed.

        A number may be ended at this moment, and must not come back to life: every change of a person first
        takes the person's row, so we do, too, and leave out whom somebody else is changing.
        """
        free = select(PersonRow.id).where(PersonRow.id.in_(waiting)).order_by(PersonRow.id)
        people = list(session.scalars(free.with_for_update(key_share=True, skip_locked=True)))
        current, retired = keyring.index_keys()
        within = select(*self.found, self.row.key_id).where(self.row.person_id.in_(people))
        entered = _by_what(session.execute(within))
        lacking = [place for place, keys in entered.items() if current not in keys]
        left_out = self._enter(session, people, lacking)
        if retired:
            self._leave(session, people, current, retired)
        return len(people) - len({place[0] for place in left_out})

    def _leave(self, session: Session, people: Sequence[str], current: str, retired: frozenset[str]) -> None:
        """Drop what retired keys indexed, where the key in force finds it."""
        other = aliased(self.row)
        same = (getattr(other, column.key) == column for column in self.found)
        session.execute(
            delete(self.row)
            .where(self.row.person_id.in_(people), self.row.key_id.in_(retired))
            .where(exists().where(other.key_id == current, *same))
            .execution_options(synchronize_session=False)
        )

    def _enter(self, session: Session, people: Sequence[str], lacking: Sequence[Place]) -> list[Place]:
        """Index what lacks it; what could not be."""
        numbers = self.numbers(session, people) if lacking else {}
        rows = {place: self._index(place, *numbers[place]) for place in lacking if place in numbers}
        taken = set(session.scalars(select(self.row.blind_index).where(*self._among(rows.values()))))
        fresh = {place: row for place, row in rows.items() if row["blind_index"] not in taken}
        if fresh:
            session.execute(insert(self.row), list(fresh.values()))
        left_out = [place for place in lacking if place not in fresh]
        for place in left_out:
            log.error(
                "%s of %s cannot be indexed: unreadable, or somebody else's", self.name, "/".join(place)
            )
        return left_out

    def _among(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[ColumnElement[bool]]:
        """The rows with these values, found by the primary key."""
        for column in self.row.__table__.primary_key:
            if column.key != "key_id":
                yield column.in_({row[column.key] for row in rows})

    def _index(self, place: Place, id_type: str, value: str) -> dict[str, Any]:
        key_id, index = keyring.blind_indexes(id_type, value)[0]
        row = {"blind_index": index, "key_id": key_id}
        row |= {column.key: part for column, part in zip(self.found, place, strict=True)}
        return row | ({"id_type": id_type} if self.row is IdentifierIndexRow else {})


def _by_what(rows: Iterable[Any]) -> Entered:
    entered: Entered = {}
    for *place, key_id in rows:
        entered.setdefault(tuple(place), set()).add(key_id)
    return entered


def _documents(session: Session, people: Sequence[str]) -> dict[Place, tuple[str, str]]:
    columns = (IdentifierRow.person_id, IdentifierRow.id, IdentifierRow.id_type, IdentifierRow.sealed)
    rows = session.execute(select(*columns).where(IdentifierRow.person_id.in_(people)))
    return {
        (row.person_id, row.id): (row.id_type, value)
        for row in rows
        if (value := _opened(row.sealed, row.id, row.id_type)) is not None
    }


def _phones(session: Session, people: Sequence[str]) -> dict[Place, tuple[str, str]]:
    rows = session.execute(
        select(PersonRow.id, PersonRow.phone).where(PersonRow.id.in_(people), PersonRow.phone.is_not(None))
    )
    return {
        (row.id,): (sealing.PHONE_TYPE, value)
        for row in rows
        if (value := _opened(row.phone, row.id, "phone")) is not None
    }


def _opened(box: bytes, owner: str, what: str) -> str | None:
    try:
        return sealing.unseal(box, owner, what)
    except keyring.SealBroken:
        return None


STORED: tuple[Stored, ...] = (
    SealedColumn(column=PersonRow.name, bound_to=(PersonRow.id, "name")),
    SealedColumn(column=PersonRow.details, bound_to=(PersonRow.id, "details")),
    SealedColumn(column=PersonRow.phone, bound_to=(PersonRow.id, "phone")),
    SealedColumn(column=IdentifierRow.sealed, bound_to=(IdentifierRow.id, IdentifierRow.id_type)),
    BlindIndex(
        row=IdentifierIndexRow,
        found=(IdentifierIndexRow.person_id, IdentifierIndexRow.identifier_id),
        numbers=_documents,
    ),
    BlindIndex(row=PhoneIndexRow, found=(PhoneIndexRow.person_id,), numbers=_phones),
)
