"""Verbs of an inquiry: begin it, go on with it, and what may follow; each names who asks and the case."""

from dataclasses import asdict

from idp import audit, persons
from idp.base.errors import Rejected
from idp.base.secret import random_token
from idp.inquiries.inquiry import LIFETIME, MOST_IN_A_MINUTE, Inquiry, demand_grounds
from idp.login import throttle
from idp.logout import people
from idp.logout.people import Ended, Stopped
from idp.persons import Person
from idp.staff.member import Actor
from idp.store import rate
from idp.store.ephemeral import Records

_records = Records("inquiry", LIFETIME)


def begin(number: str, case: str, reason: str, *, actor: Actor) -> str | None:
    """Look a person up by the full number; the inquiry's token, or none.

    Nobody learns whether a person out of reach exists: absent and elsewhere are one answer.
    """
    case, reason = demand_grounds(case, reason)
    document = persons.number.parse(number)
    if rate.count("people.search", actor.id) > MOST_IN_A_MINUTE:
        _record(None, actor, case, reason, why="too many")
        raise Rejected("AUTH-005", why="look-ups of a minute", status=429)
    person = persons.find_by_identifier(document.id_type, document.value)
    if person is None or not actor.reach.covers(person.service_region):
        _record(person, actor, case, reason, why="out of reach" if person else "nobody")
        return None
    _record(person, actor, case, reason)
    names = [f"number|{document.id_type}|{document.value}"]
    names += [f"phone||{person.phone}"] if person.phone else []
    token = random_token()
    inquiry = Inquiry(
        staff=actor.id, rank=actor.reach.rank, person_id=person.id, case=case, reason=reason,
        counters=throttle.counters_of(person.id, *names),
    )  # fmt: skip
    _records.put(token, asdict(inquiry))
    return token


def resume(token: str, *, actor: Actor) -> tuple[Inquiry, Person]:
    """The inquiry of whoever began it and its person, while that is within reach; else it is not there."""
    record = _records.peek(token)
    if record is None or record.get("staff") != actor.id:
        raise Rejected("not_found", why="no such inquiry of this actor", status=404)
    inquiry = Inquiry(**record | {"counters": tuple(record["counters"]), "rank": actor.reach.rank})
    person = persons.read(inquiry.person_id)
    if person is None or not actor.reach.covers(person.service_region):
        raise Rejected("not_found", why="person out of reach", status=404)
    return inquiry, person


def end(token: str) -> None:
    """Close an inquiry before its time."""
    _records.drop(token)


def freeze(inquiry: Inquiry) -> Stopped:
    """Stop the account, and end all it holds."""
    return people.freeze(
        inquiry.person_id, cause=inquiry.reason, operator=inquiry.staff, source=inquiry.case,
        rank=inquiry.rank,
    )  # fmt: skip


def unfreeze(inquiry: Inquiry) -> None:
    """Let the account work again."""
    people.unfreeze(
        inquiry.person_id, cause=inquiry.reason, operator=inquiry.staff, source=inquiry.case,
        rank=inquiry.rank,
    )  # fmt: skip


def demand_proof(inquiry: Inquiry) -> Stopped:
    """Let the real-name levels lapse."""
    return people.demand_proof(
        inquiry.person_id, cause=inquiry.reason, operator=inquiry.staff, source=inquiry.case
    )


def sign_out(inquiry: Inquiry) -> Ended:
    """Log the person out everywhere."""
    reason = f"{inquiry.case}: {inquiry.reason}"
    return people.sign_out(inquiry.person_id, reason=reason, operator=inquiry.staff)


def unlock(inquiry: Inquiry) -> int:
    """Lift the pauses of the person's login."""
    return throttle.lift(
        inquiry.counters, person_id=inquiry.person_id, cause=inquiry.reason, operator=inquiry.staff,
        source=inquiry.case,
    )  # fmt: skip


def _record(person: Person | None, actor: Actor, case: str, reason: str, *, why: str = "") -> None:
    audit.record(
        "people.search",
        person=person.id if person else None,
        outcome="success" if not why else "failed" if person is None and why == "nobody" else "refused",
        reason=why,
        cause=reason,
        operator=actor.id,
        case=case,
        region=person.service_region if person else actor.reach.division,
    )
