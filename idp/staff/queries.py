"""Reads of staff: one statement each."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Row, Select, func, select

from idp.base import clock
from idp.base.secret import digest
from idp.divisions import Reach, within
from idp.staff.member import Member
from idp.staff.models import LinkRow, StaffRow
from idp.store import db

_MEMBER = (
    StaffRow.id, StaffRow.login_name, StaffRow.name, StaffRow.division, StaffRow.department, StaffRow.status,
    StaffRow.roles, StaffRow.networks, StaffRow.password_set_at, StaffRow.last_login_at, StaffRow.created_at,
    StaffRow.created_by, StaffRow.version,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an account proves itself with."""

    password: str = field(repr=False)
    former: tuple[str, ...] = field(repr=False)
    seed: bytes = field(repr=False)
    last_step: int


def find(staff_id: str) -> Member | None:
    """The member of an id."""
    row = db.fetch_one(_members().where(StaffRow.id == staff_id))
    return _member(row) if row else None


def find_by_name(login_name: str) -> Member | None:
    """The member of a login name, however its letters are written."""
    row = db.fetch_one(_members().where(StaffRow.login_name == login_name.strip().lower()))
    return _member(row) if row else None


def members(
    reach: Reach, *, after: str = "", most: int = 50, typed: str = "", status: str = ""
) -> tuple[Member, ...]:
    """Members within reach by login name, those behind ``after``; ``typed`` is the start of a name."""
    found = _members().where(
        within(reach, StaffRow.division, StaffRow.department), StaffRow.login_name > after
    )
    if typed:
        start = typed.strip()
        found = found.where(
            StaffRow.login_name.startswith(start.lower(), autoescape=True)
            | StaffRow.name.startswith(start, autoescape=True)
        )
    if status:
        found = found.where(StaffRow.status == status)
    return tuple(map(_member, db.fetch_all(found.order_by(StaffRow.login_name).limit(most))))


def credentials(staff_id: str) -> Credentials | None:
    """What a member proves itself with; none while its first link is not used."""
    row = db.fetch_one(
        select(StaffRow.password, StaffRow.former_passwords, StaffRow.seed, StaffRow.last_step).where(
            StaffRow.id == staff_id
        )
    )
    if row is None or not row.password:
        return None
    former = tuple(orjson.loads(row.former_passwords))
    return Credentials(password=row.password, former=former, seed=row.seed, last_step=row.last_step)


def linked(token: str) -> Member | None:
    """Whose account a one-time link opens, while it is good."""
    row = db.fetch_one(
        _members()
        .join(LinkRow, LinkRow.staff_id == StaffRow.id)
        .where(LinkRow.digest == digest(token), LinkRow.expires_at > clock.now())
    )
    member = _member(row) if row else None
    return member if member and member.status != "disabled" else None


def any_holder(role: str) -> bool:
    """Whether some account that is not disabled holds a role."""
    held = (
        select(func.count())
        .select_from(StaffRow)
        .where(StaffRow.status != "disabled", StaffRow.roles.contains(f'"{role}"', autoescape=True))
    )
    row = db.fetch_one(held)
    return bool(row and row[0])


def unused_since(moment: int) -> tuple[str, ...]:
    """Ids of active accounts that nobody logged in to, or took over by a link, since then."""
    seen = func.coalesce(StaffRow.last_login_at, StaffRow.created_at)
    found = select(StaffRow.id).where(
        StaffRow.status == "active", seen < moment, StaffRow.password_set_at < moment
    )
    return tuple(row.id for row in db.fetch_all(found.order_by(StaffRow.id)))


def _members() -> Select[*tuple[Any, ...]]:
    return select(*_MEMBER)


def _member(row: Row[Any]) -> Member:
    values = dict(row._mapping)
    values["roles"] = tuple(orjson.loads(row.roles))
    values["networks"] = tuple(orjson.loads(row.networks))
    return Member(**values)
