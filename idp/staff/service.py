"""Lasting changes of staff accounts: each in one transaction with its audit record.

``actor`` is the member who acts; None stands for the command line of the server.
"""

import re
from dataclasses import replace
from uuid import uuid4

import orjson
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, divisions, keyring
from idp.authenticators import password as passwords
from idp.authenticators.password import form
from idp.authenticators.totp import codes
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret, digest, random_token
from idp.divisions import Reach
from idp.staff import member as rules
from idp.staff import queries
from idp.staff.member import Actor, Member
from idp.staff.models import LinkRow, StaffRow
from idp.store.db import transaction

LINK_LIFETIME = 24 * 3600

_LOGIN_NAME = re.compile(r"[a-z][a-z0-9._-]{2,39}", re.ASCII)


def create(
    *, login_name: str, name: str, reach: Reach, networks: tuple[str, ...] = (), actor: Actor
) -> tuple[str, Secret]:
    """Make an account without roles; its id and the one-time link's token, shown once."""
    _demand_place(reach, actor)
    return _create(login_name, name, reach, networks, actor)


def bootstrap(*, login_name: str, name: str, role: str) -> Secret:
    """Make the first holder of a role for the whole platform; refused as soon as somebody holds it."""
    rules.demand_separate((role,))
    if queries.any_holder(role):
        raise Rejected("staff.bootstrap", "Somebody holds this role; it is granted in the console now")
    return _bootstrap(login_name, name, role)


def new_link(staff_id: str, *, actor: Actor | None) -> Secret:
    """A fresh one-time link: sessions, password and factor end, and security administration confirms anew."""
    if actor is not None and staff_id == actor.id:
        raise Rejected("staff.own", "Nobody renews his own access", status=403)
    return _new_link(staff_id, actor)


def claim(token: str, password: str, secret: Secret, code: str) -> Member:
    """Use a one-time link: set the password and the generator that made ``code``; once, by the first."""
    found = queries.linked(token)
    if found is None:
        raise Rejected("staff.link", "The link is used or has expired", status=404)
    rules.demand_password(found.login_name, found.name, password)
    step = codes.step_of(secret, code)
    if step is None:
        raise Rejected("AUTH-003", why="the code does not come from this generator")
    hashed = passwords.pool().hash(form.normal(password))
    seed = keyring.seal(secret.reveal().encode(), seed_row(found.id))
    return _claim(token, found, hashed, seed, step)


@transaction
def confirm(session: Session, staff_id: str, *, actor: Actor, expected: int | None = None) -> None:
    """Security administration says that the right person used the link: this one, not one made meanwhile.

    ``expected`` is the version the actor saw; 412 when the account has changed since.
    """
    _own_forbidden(staff_id, actor)
    row = _row(session, staff_id, actor, expected)
    if row.status != "claimed":
        raise Rejected("staff.state", "The account does not wait for a confirmation", status=409)
    row.status, row.version = "active", row.version + 1
    audit.record_in(session, "staff.change", action="confirmed", staff=staff_id, operator=actor.id)


@transaction
def grant(
    session: Session,
    staff_id: str,
    names: tuple[str, ...],
    *,
    actor: Actor,
    expected: int | None = None,
    taking: bool = False,
) -> None:
    """Set the roles of somebody else, all of one administration; sessions begin anew.

    ``expected`` is the version the actor saw; 412 when the account has changed since. ``taking``: none that
    the account has not, for a program, which gives nobody power (decision 0031).
    """
    _own_forbidden(staff_id, actor)
    rules.demand_separate(names)
    row = _row(session, staff_id, actor, expected)
    before = tuple(orjson.loads(row.roles))
    if taking and (given := sorted(set(names) - set(before))):
        raise Rejected("role.person", "Roles are given by a person", why=f"gives {given[0]}", status=403)
    row.roles, row.version = orjson.dumps(sorted(set(names))).decode(), row.version + 1
    audit.record_in(
        session,
        "staff.roles",
        staff=staff_id,
        operator=actor.id,
        roles=sorted(set(names)),
        previous=list(before),
    )


def change_password(known: Member, password: str) -> int:
    """Set a new password, none of the last five; every session ends. Gives the account's new version."""
    rules.demand_password(known.login_name, known.name, password)
    kept = queries.credentials(known.id)
    if kept is None:
        raise Rejected("staff.state", why="no credentials", status=409)
    text, former = form.normal(password), (kept.password, *kept.former)[: rules.REMEMBERED]
    if any(passwords.pool().verify(hashed, text) for hashed in former):
        raise Rejected("password.former", "The password was used before")
    return _change_password(known.id, former, passwords.pool().hash(text))


@transaction
def disable(session: Session, staff_id: str, *, cause: str, actor: Actor | None) -> None:
    """Stop an account at once."""
    if actor is not None:
        _own_forbidden(staff_id, actor)
    row = _row(session, staff_id, actor)
    row.status, row.version = "disabled", row.version + 1
    session.execute(delete(LinkRow).where(LinkRow.staff_id == staff_id))
    audit.record_in(
        session, "staff.change", action="disabled", staff=staff_id, cause=cause, operator=_name(actor)
    )


@transaction
def limit_networks(
    session: Session,
    staff_id: str,
    networks: tuple[str, ...],
    *,
    actor: Actor,
    expected: int | None = None,
) -> None:
    """Say from which networks somebody else may come; none named: from those of the setting."""
    _own_forbidden(staff_id, actor)
    row = _row(session, staff_id, actor, expected)
    row.networks, row.version = orjson.dumps(list(networks)).decode(), row.version + 1
    audit.record_in(session, "staff.change", action="networks", staff=staff_id, operator=actor.id)


@transaction
def spend_step(session: Session, staff_id: str, step: int) -> bool:
    """Take one time step of the generator; of two that come with the same code, one takes it."""
    unspent = update(StaffRow).where(StaffRow.id == staff_id, StaffRow.last_step < step)
    taken = session.execute(unspent.values(last_step=step).returning(StaffRow.id)).first()
    return taken is not None


@transaction
def record_login(session: Session, staff_id: str, address: str) -> None:
    """Note a login."""
    session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(last_login_at=clock.now()))
    audit.record_in(session, "staff.login", staff=staff_id, method="pwd otp")


def disable_unused() -> int:
    """Stop accounts that nobody used for long (GB/T 22239-2019 §8.1.4.2 c); how many."""
    unused = queries.unused_since(clock.now() - rules.STALE_AFTER)
    for staff_id in unused:
        disable(staff_id, cause="unused", actor=None)
    return len(unused)


def seed_row(staff_id: str) -> bytes:
    """What a seed is bound to: moved to another row, it does not open."""
    return f"{staff_id}|staff-totp".encode()


@transaction
def _create(
    session: Session, login_name: str, name: str, reach: Reach, networks: tuple[str, ...], actor: Actor
) -> tuple[str, Secret]:
    row = _new_row(session, login_name, name, reach, (), networks, actor.id)
    audit.record_in(
        session, "staff.create", staff=row.id, division=reach.division, department=reach.department or None,
        operator=actor.id,
    )  # fmt: skip
    return row.id, _link(session, row.id, trusted=False)


@transaction
def _bootstrap(session: Session, login_name: str, name: str, role: str) -> Secret:
    row = _new_row(session, login_name, name, Reach(division=divisions.NATION), (role,), (), "bootstrap")
    audit.record_in(session, "staff.create", staff=row.id, division=row.division, operator="bootstrap")
    audit.record_in(session, "staff.roles", staff=row.id, roles=[role], operator="bootstrap")
    return _link(session, row.id, trusted=True)


@transaction
def _change_password(session: Session, staff_id: str, former: tuple[str, ...], hashed: str) -> int:
    row = session.get(StaffRow, staff_id, with_for_update=True)
    if row is None or row.password != former[0]:
        raise Rejected("staff.state", why="changed meanwhile", status=409)
    row.former_passwords = orjson.dumps(list(former)).decode()
    row.password, row.password_set_at, row.version = hashed, clock.now(), row.version + 1
    audit.record_in(session, "staff.change", action="password", staff=staff_id)
    return row.version


@transaction
def _new_link(session: Session, staff_id: str, actor: Actor | None) -> Secret:
    row = _row(session, staff_id, actor)
    row.status, row.password, row.seed, row.version = "invited", "", b"", row.version + 1
    session.execute(delete(LinkRow).where(LinkRow.staff_id == staff_id))
    audit.record_in(session, "staff.change", action="link", staff=staff_id, operator=_name(actor))
    return _link(session, staff_id, trusted=actor is None)


@transaction
def _claim(session: Session, token: str, found: Member, hashed: str, seed: bytes, step: int) -> Member:
    taken = session.execute(
        delete(LinkRow)
        .where(LinkRow.digest == digest(token), LinkRow.expires_at > clock.now())
        .returning(LinkRow.trusted)
    ).first()
    row = session.get(StaffRow, found.id, with_for_update=True)
    if taken is None or row is None or row.status == "disabled":
        raise Rejected("staff.link", "The link is used or has expired", status=404)
    row.status = "active" if taken.trusted else "claimed"
    row.password, row.password_set_at, row.seed, row.last_step = hashed, clock.now(), seed, step
    row.version += 1
    audit.record_in(session, "staff.change", action="claimed", staff=found.id)
    return replace(found, status="active" if taken.trusted else "claimed")


def _new_row(
    session: Session,
    login_name: str,
    name: str,
    reach: Reach,
    names: tuple[str, ...],
    networks: tuple[str, ...],
    creator: str,
) -> StaffRow:
    login_name, name = login_name.strip().lower(), name.strip()
    if not _LOGIN_NAME.fullmatch(login_name):
        raise Rejected("staff.login_name", "A login name has 3 to 40 letters, digits, dots, dashes")
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise Rejected("staff.name", "A name has 1 to 60 printable characters")
    row = StaffRow(
        id=str(uuid4()), login_name=login_name, name=name, division=reach.division,
        department=reach.department, status="invited", roles=orjson.dumps(list(names)).decode(),
        networks=orjson.dumps(list(networks)).decode(), password="", former_passwords="[]", password_set_at=0,
        seed=b"", last_step=0, last_login_at=None, created_at=clock.now(), created_by=creator, version=1,
    )  # fmt: skip
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise Rejected("staff.taken", "The login name is taken", status=409) from None
    return row


def _link(session: Session, staff_id: str, *, trusted: bool) -> Secret:
    token = random_token()
    session.add(
        LinkRow(
            digest=digest(token), staff_id=staff_id, expires_at=clock.now() + LINK_LIFETIME, trusted=trusted
        )
    )
    return Secret(token)


def _row(session: Session, staff_id: str, actor: Actor | None, expected: int | None = None) -> StaffRow:
    """The account, locked, if the actor reaches it; somebody out of reach is not there."""
    row = session.get(StaffRow, staff_id, with_for_update=True)
    if row is None or (actor is not None and not actor.reach.covers(row.division, row.department)):
        raise Rejected("not_found", why="no such account within reach", status=404)
    if expected is not None and row.version != expected:
        raise Rejected("precondition_failed", "The account has changed since", status=412)
    return row


def _demand_place(reach: Reach, actor: Actor) -> None:
    covered = actor.reach.covers(reach.division, reach.department)
    known = divisions.find(reach.division) is not None
    if reach.department:
        kept = divisions.department(reach.department)
        known = kept is not None and kept.division == reach.division
    if not (covered and known):
        raise Rejected("not_found", why="no such place within reach", status=404)


def _own_forbidden(staff_id: str, actor: Actor) -> None:
    if staff_id == actor.id:
        raise Rejected("staff.own", "Nobody decides about himself", status=403)


def _name(actor: Actor | None) -> str:
    return actor.id if actor else "command line"
