"""Portals in production, as manifests say them; secrets are never in a file and stay as they are.

What two officers approved is changed by an application and by nothing else. An officer alone gives no portal
citizens' data and sends none elsewhere; who sits at the server itself may what a manifest may, and gives
nothing restricted. Portals that registered themselves are their owners' own, sandbox clients their teams'.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.orm import Session

from clients import Client, documents, entries, manifest, queries, rules, scopes, sectors, service, snapshot
from clients.applications.application import POWERS
from clients.logos import Logo
from clients.queries import Stored
from idp.base.errors import Rejected
from idp.configuration.configuration import Actor, Change, Entry
from idp.configuration.judging import Judging
from idp.configuration.sections import departments
from idp.configuration.sections.section import Fetched, Section, anywhere
from idp.divisions import Reach
from idp.notation.reading import Path
from idp.store import db

NAME = "clients"
SUSPENDED = "suspended"
PERMISSION = "admin:clients:write"
#: So many addresses are called for one file; portals with more new logos come in several.
MOST_FETCHED = 200

_UNKNOWN = "is not a known key"
_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")
_TWO = "is granted by two officers on an application: leave the entry as it is in force, or apply for it"
#: What an officer may say alone of a portal that is given citizens' data: nothing of where they go.
_WORDS = frozenset({
    "contact", "contacts", "language", "listed", "logo_uri", "name", "name_en", "place", "place_en",
    "policy_uri", "policy_uri_en", "purpose", "purpose_en", "retention", "retention_en", "software_id",
    "software_version", "tos_uri", "tos_uri_en",
})  # fmt: skip


def _read(reach: Reach, _sections: dict[str, list[Entry]]) -> list[Entry]:
    return [_entry(one) for one in queries.configured(reach)]


def _entry(one: Stored) -> Entry:
    try:
        said = entries.entry(orjson.loads(one.document))
    except (ValueError, TypeError, AttributeError):
        hint = f"The stored registration of {one.client_id} is damaged: apply its manifest again"
        raise Rejected("configuration.damaged", hint, why=one.client_id, status=409) from None
    return said if one.enabled else {**said, SUSPENDED: True}


def _judge(judging: Judging) -> None:
    found = list(_differing(judging))
    stored = queries.stored([entry["client_id"] for _, entry, _ in found])
    bodies = departments.places(judging)
    changed: list[tuple[Path, Change]] = []
    for path, entry, before in found:
        change = _change(judging, path, entry, before, stored.get(entry["client_id"]), bodies)
        if change is not None:
            changed.append((path, change))
    _sectors(judging, {change.name: (path, change.subject[0]) for path, change in changed})
    judging.changes += [change for _, change in changed]
    judging.changes += _removed(judging)


def _differing(judging: Judging) -> Iterator[tuple[Path, Entry, Entry | None]]:
    """Entries that are not as in force; their members are left for the manifest's own shape to name."""
    known = {entry["client_id"]: entry for entry in judging.in_force(NAME)}
    seen: set[str] = set()
    for position, entry in enumerate(judging.entries(NAME)):
        path: Path = (NAME, position)
        client_id = entry.get("client_id") if isinstance(entry, dict) else None
        if not isinstance(client_id, str):
            judging.fault(path, "must be keys and values, client_id among them")
        elif client_id in seen:
            judging.fault((*path, "client_id"), "stands in the file twice")
        else:
            seen.add(client_id)
            if entry != known.get(client_id):
                yield path, entry, known.get(client_id)


def _change(
    judging: Judging,
    path: Path,
    entry: Entry,
    before: Entry | None,
    known: Stored | None,
    bodies: Mapping[str, str],
) -> Change | None:
    if before is None and known is not None:
        _taken(judging, (*path, "client_id"), known)
        return None
    suspended = entry.get(SUSPENDED, False)
    if not isinstance(suspended, bool):
        judging.fault((*path, SUSPENDED), "must be true or false")
        return None
    said = {name: value for name, value in entry.items() if name in manifest.KEYS}
    client, faults = manifest.judge(said)
    unknown = [name for name in entry if name not in said and name != SUSPENDED]
    for name in unknown:
        judging.fault((*path, name), _UNKNOWN)
    fields: dict[str, tuple[Any, Any]] = {}
    if client is not None:
        fields = entries.differences(entries.document(before) if before else {}, manifest.document(client))
        if before and not (fields or unknown):
            return None
        faults = [*_standing(judging, path, client, bodies), *_allowed(judging.actor, client, known, fields),
                  *faults, *rules.installations(client)]  # fmt: skip
    for place, reason in faults:
        judging.fault((*path, *_steps(place)), reason)
    if client is None or faults or unknown:
        return None
    return Change(
        section=NAME,
        name=client.client_id,
        action="changed" if before else "added",
        permission=PERMISSION,
        fields=fields,
        subject=(client, judging.actor.reach.rank if suspended else None),
    )


def _taken(judging: Judging, path: Path, known: Stored) -> None:
    """Say why a client that is there is not the file's to change."""
    if not judging.reach.covers(known.division, known.department):
        judging.absent(path)
    elif known.deleted:
        judging.fault(path, service.GIVEN_BEFORE)
    elif known.environment == "sandbox":
        judging.fault(path, "is a sandbox client of a team")
    else:
        judging.fault(path, "registered itself: idp clients apply takes it over")


def _standing(
    judging: Judging, path: Path, client: Client, bodies: Mapping[str, str]
) -> Iterator[rules.Fault]:
    """Where a client stands: within reach, in production, at a department that is there."""
    if client.environment != "production":
        yield "environment", "must be production"
    if not judging.reach.covers(client.division, client.department):
        judging.absent((*path, "division"))
        yield "division", "lies outside of what this file is of"
    elif client.department and bodies.get(client.department) != client.division:
        yield "department", "is not there in this division"


def _allowed(
    actor: Actor, client: Client, known: Stored | None, fields: Mapping[str, Any]
) -> Iterator[rules.Fault]:
    """What nobody does alone."""
    if known is not None and known.origin == "application" and fields:
        yield sorted(fields)[0], service.APPLY_FOR_IT
    elif named := scopes.restricted(client.scopes):
        yield "scopes", f"{named[0]} {_TWO}"
    elif known is None or not fields.keys() <= _WORDS:
        # What is taken away counts, too: without it the next file could change the rest.
        before = {name: old for name, (old, _) in fields.items()} if known else {}
        found = _granted(actor, manifest.document(client)) or _granted(actor, before)
        if found:
            yield (found[0] if known is None else sorted(fields.keys() - _WORDS)[0]), f"{found[1]} {_TWO}"


def _granted(actor: Actor, document: Mapping[str, Any]) -> tuple[str, str] | None:
    """The member, and what of it, that no officer gives, takes or sends elsewhere on his own word."""
    if actor.machine:
        return None
    for name in document.get("scopes") or ():
        scope = scopes.find(name)
        if scope is not None and scope.approval != "automatic":
            return "scopes", scope.name
    return next(((power, power) for power in POWERS if document.get(power)), None)


def _sectors(judging: Judging, changed: Mapping[str, tuple[Path, Client]]) -> None:
    clients = [client for _, client in changed.values()]
    rows = [row for statement in queries.owners(clients) for row in db.fetch_all(statement)]
    registered = {row.client_id: (row.sector, row.organization) for row in rows}
    for client_id, reason in (*sectors.moved(clients, registered), *sectors.shared(clients, registered)):
        judging.fault((*changed[client_id][0], "sector"), reason)


def _removed(judging: Judging) -> Iterator[Change]:
    left_out = {entry["client_id"]: entry for entry in judging.left_out(NAME, "client_id")}
    stored = queries.stored(left_out)
    for client_id, entry in left_out.items():
        if stored[client_id].origin == "application":
            judging.fault((NAME,), f"{client_id} {service.APPLY_FOR_IT}, or leave it in the file")
        elif found := _granted(judging.actor, entry):
            judging.fault((NAME,), f"{client_id} is missing, and has {found[1]}, which {_TWO}")
        else:
            yield Change(section=NAME, name=client_id, action="removed", permission=PERMISSION)


def _steps(place: str) -> Path:
    """A fault's place in a registration as a path."""
    return tuple(int(digits) if digits else name for digits, name in _STEP.findall(place))


def fetch(judging: Judging) -> dict[str, Logo]:
    """What changed registrations point to, judged before any lock is held; the logos that are new."""
    found: dict[str, Logo] = {}
    places = {entry["client_id"]: position for position, entry in enumerate(judging.entries(NAME))}
    changed = [one.subject[0] for one in judging.changes if one.section == NAME and one.action != "removed"]
    pointing = [one for one in changed if one.logo_uri or one.sector_identifier_uri]
    if len(pointing) > MOST_FETCHED:
        judging.fault((NAME,), f"more than {MOST_FETCHED} of them have a new logo or sector document")
        return {}
    for client in pointing:
        try:
            logo = documents.fetch(client, snapshot.find(client.client_id))
        except documents.Unfit as unfit:
            place, reason = unfit.fault
            judging.fault((NAME, places[client.client_id], *_steps(place)), reason)
            continue
        if logo:
            found[client.client_id] = logo
    return found


def _write(session: Session, changes: Sequence[Change], operator: str, fetched: Fetched) -> None:
    for change in changes:
        if change.action == "removed":
            service.remove(session, change.name, operator=operator)
    judged = [change.subject for change in changes if change.action != "removed"]
    service.put_all(
        session, [client for client, _ in judged], fetched, operator=operator, makes_secrets=False
    )
    for change in changes:
        if change.action == "added" and change.subject[1] is not None:
            service.switch(session, change.name, False, operator, "configuration", rank=change.subject[1])


SECTION = Section(name=NAME, applies=anywhere, read=_read, judge=_judge, write=_write)
