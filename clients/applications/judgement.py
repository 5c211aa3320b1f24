"""What an application is judged by before anybody looks at it, and again before it is in force."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clients import manifest, selfcheck, service, snapshot, teams, texts
from clients.applications.application import Application
from clients.applications.models import ApplicationRow
from clients.client import SECRET_METHODS, Client
from clients.models import ClientRow
from clients.rules import Fault
from idp.base.errors import Rejected

#: What the application itself settles, whatever its entry says.
_SETTLED = ("client_id", "division", "department", "environment")
_FILING = (4, 60)


class Unfit(Rejected):
    """An application that something is wrong with; ``faults`` by member."""

    def __init__(self, faults: list[Fault]) -> None:
        why = "; ".join(f"{key}: {reason}" for key, reason in faults) or "unreadable"
        super().__init__("application.faults", "The application is not complete", why=why[:2000], status=422)
        self.faults = faults


def completed(application: Application) -> dict[str, Any]:
    """The registration asked for, at its place and in production."""
    return {
        **application.entry,
        "client_id": application.client_id,
        "division": application.division,
        "department": application.department,
        "environment": "production",
    }


def judged(application: Application) -> tuple[Client | None, list[Fault]]:
    """The portal as it would be, and every fault that can be seen without the registry."""
    client, faults = manifest.judge(completed(application), approved=True)
    found = [*faults, *_filing(application)]
    if client is not None:
        found += _keys(client)
    return client, found


def demand(session: Session, application: Application) -> Client:
    """The portal, if nothing is wrong with it; raises ``Rejected`` with every fault."""
    client, faults = judged(application)
    if client is None or faults:
        raise Unfit(faults)
    demand_holder(session, application)
    if faults := service.sector_faults(session, client):
        raise Unfit(faults)
    return client


def demand_holder(session: Session, application: Application) -> None:
    """Raise ``Rejected`` when the id is another's portal: nobody takes one over by applying for it."""
    row = session.get(ClientRow, application.client_id)
    if row is None:
        return
    named = select(ApplicationRow.team, ApplicationRow.division, ApplicationRow.department)
    before = session.execute(
        named.where(
            ApplicationRow.client_id == application.client_id, ApplicationRow.state.in_(("live", "suspended"))
        )
    ).first()
    holder = (
        (before.team, before.division, before.department) if before else ("", row.division, row.department)
    )
    asking = (application.team, application.division, application.department)
    if row.deleted_at is not None or row.environment != "production" or holder != asking:
        raise Rejected("application.taken", "The client id is another portal's", why="client id", status=409)


def changes(application: Application, known: Client | None) -> dict[str, tuple[Any, Any]]:
    """What would change, by member in the order of a registration: what is in force and what is asked for."""
    client, _ = judged(application)
    new = manifest.document(client) if client else completed(application)
    old = manifest.document(known) if known else {}
    names = (*(name for name in manifest.KEYS if name in new), *sorted(new.keys() - set(manifest.KEYS)))
    return {name: (old.get(name), new[name]) for name in names if old.get(name) != new[name]}


def told(application: Application, known: Client | None) -> list[tuple[str, Any, Any]]:
    """The changes as a reader needs them: of a new portal without what is not set."""
    found = changes(application, known)
    return [(name, old, new) for name, (old, new) in found.items() if known or new]


def tried(application: Application) -> bool | None:
    """Whether a sandbox client of the team has shown all that must be seen; none where no team asks."""
    if not application.team:
        return None
    found = filter(None, map(snapshot.find, teams.client_ids(application.team)))
    return any(selfcheck.ready(client) for client in found)


def demand_tried(application: Application) -> None:
    """Raise ``Rejected`` while a team that asks for a new portal has not shown in the sandbox that it can."""
    known = snapshot.find(application.client_id)
    if known is None and tried(application) is False:
        raise Unfit([("sandbox", "client of the team must pass the self-check first")])


def restricted_until(application: Application) -> int:
    """When what is restricted ends; 0 where nothing is."""
    until = application.entry.get("restricted_until", 0)
    return until if isinstance(until, int) else 0


def settled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry without what is not the applicant's to say."""
    return {name: value for name, value in entry.items() if name not in _SETTLED}


def _keys(client: Client) -> Iterator[Fault]:
    if client.token_endpoint_auth_method in SECRET_METHODS:
        yield "token_endpoint_auth_method", "must prove a key in production: private_key_jwt, not a secret"


def _filing(application: Application) -> Iterator[Fault]:
    shortest, longest = _FILING
    if not shortest <= len(application.filing) <= longest:
        yield (
            "filing",
            f"must give the number of the protection level's filing, {shortest} to {longest} characters",
        )
        return
    try:
        texts.name(application.filing)
    except ValueError as error:
        yield "filing", str(error)
