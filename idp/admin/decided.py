"""What was decided about one request, for whoever administers where it belongs; each look is on record."""

import orjson

import clients
from idp import audit, explanations
from idp.audit import Event, Inquiry, Reader
from idp.audit.events import KINDS, LOOKUPS
from idp.divisions import prefix
from idp.explanations import Explanation
from idp.staff.member import Actor

_MOST = 20


def events(reference: str, actor: Actor) -> tuple[Event, ...]:
    """The events of a reference number that somebody was shown, as far as the actor reaches.

    None of a look at a person: whoever looked in vain would learn here whether there is one elsewhere.
    """
    division = actor.reach.division
    region = division if prefix(division) else ""
    reader = Reader(operator=actor.id, case=reference, reason="explain", region=region)
    found = audit.search(Inquiry(request=reference), reader, limit=_MOST).events
    return tuple(
        event for event in found
        if event.kind in KINDS and event.kind not in LOOKUPS and _reaches(event, actor)
    )  # fmt: skip


def explanation(event: Event) -> Explanation | None:
    """The explanation of the code that an event gave its client."""
    return explanations.BY_CODE.get(str(orjson.loads(event.detail).get("error", "")))


def _reaches(event: Event, actor: Actor) -> bool:
    """A department is told of its own portals alone."""
    department = actor.reach.department
    client = clients.find(event.client) if department and event.client else None
    return not department or (client is not None and client.department == department)
