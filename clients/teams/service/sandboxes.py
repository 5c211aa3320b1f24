"""Sandbox clients, made and changed by the team they belong to."""

from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clients import manifest, service, snapshot, version
from clients.client import SECRET_METHODS, Client
from clients.models import ClientRow
from clients.registration.names import random_name
from clients.rules import Fault
from clients.teams import queries, sandbox
from clients.teams import team as rules
from clients.teams.models import TeamClientRow
from clients.teams.sandbox import Choices
from clients.teams.service.members import demand
from clients.teams.team import Team
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.store.db import transaction


class Unfit(Rejected):
    """Choices of which no registration follows; ``faults`` by key."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("sandbox.choices", "; ".join(f"{key}: {reason}" for key, reason in faults)[:600])
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A client, and the secret that was made for it just now; it is shown once."""

    client: Client
    secret: Secret | None = None


def create(team_id: str, chosen: Choices, *, person: str) -> Made:
    """Register a sandbox client of the team."""
    client = _judged(chosen, _team(team_id), f"sb-{random_name(17)}")
    made = _create(team_id, client, person)
    snapshot.expire()
    return made


def change(team_id: str, client_id: str, chosen: Choices, *, person: str) -> Made:
    """Replace what was chosen; a secret comes only where there was none before."""
    client = _judged(chosen, _team(team_id), client_id)
    made = _change(team_id, client, person)
    snapshot.expire()
    return made


def rotate_secret(team_id: str, client_id: str, *, overlap: int, person: str) -> Secret:
    """Make a new secret; the one before stays good for ``overlap`` seconds. Shown once."""
    _check_mine(team_id, client_id, person)
    return service.rotate_secret(client_id, overlap=overlap, operator=f"team {team_id}", person=person)


def delete(team_id: str, client_id: str, *, person: str) -> None:
    """Remove the client: every token of it is dead from the next look of each process at the registry on."""
    _delete(team_id, client_id, person)
    snapshot.expire()


def _team(team_id: str) -> Team:
    team = queries.find(team_id)
    if team is None:
        raise Rejected("not_found", why="no such team", status=404)
    return team


def _judged(chosen: Choices, team: Team, client_id: str) -> Client:
    client, faults = sandbox.judged(chosen, team, client_id)
    if client is None or faults:
        raise Unfit(faults)
    return client


@transaction
def _create(session: Session, team_id: str, client: Client, person: str) -> Made:
    demand(session, team_id, person, "developer")
    number = version.lock(session)
    known = select(func.count()).select_from(TeamClientRow).where(TeamClientRow.team_id == team_id)
    if session.execute(known).scalar_one() >= rules.MOST_CLIENTS:
        raise Rejected("sandbox.most", f"A team has at most {rules.MOST_CLIENTS} clients", status=409)
    row = service.new_row(session, client.client_id)
    row.origin = "team"
    makes_secret = client.token_endpoint_auth_method in SECRET_METHODS
    secret = service.write(session, row, client, number, None, makes_secret=makes_secret)
    session.add(
        TeamClientRow(client_id=client.client_id, team_id=team_id, created_by=person, created_at=clock.now())
    )
    _record(session, client, team_id, person, "added")
    return Made(client=client, secret=secret)


@transaction
def _change(session: Session, team_id: str, client: Client, person: str) -> Made:
    row, number = _mine(session, team_id, client.client_id, person)
    known = service.readable(row)
    before = manifest.document(known) if known else {}
    has_secret = bool(known and known.secrets)
    makes_secret = client.token_endpoint_auth_method in SECRET_METHODS and not has_secret
    secret = service.write(session, row, client, number, None, makes_secret=makes_secret)
    changes = sorted(name for name, value in manifest.document(client).items() if before.get(name) != value)
    _record(session, client, team_id, person, "replaced", changes)
    return Made(client=replace(client, secrets=known.secrets if known else ()), secret=secret)


@transaction
def _check_mine(session: Session, team_id: str, client_id: str, person: str) -> None:
    _mine(session, team_id, client_id, person)


@transaction
def _delete(session: Session, team_id: str, client_id: str, person: str) -> None:
    row, number = _mine(session, team_id, client_id, person)
    service.end(session, row, number)
    session.delete(session.get(TeamClientRow, client_id))
    audit.record_in(
        session, "client.sandbox", client=client_id, person=person, team=team_id, action="removed"
    )


def _mine(session: Session, team_id: str, client_id: str, person: str) -> tuple[ClientRow, int]:
    """The row of a sandbox client of this team that nobody stopped, under the registry's lock."""
    demand(session, team_id, person, "developer")
    number = version.lock(session)
    owned: TeamClientRow | None = session.get(TeamClientRow, client_id)
    row: ClientRow | None = session.get(ClientRow, client_id)
    if owned is None or owned.team_id != team_id or row is None or row.deleted_at is not None:
        raise Rejected("not_found", why="no client of this team", status=404)
    if row.environment != "sandbox":
        raise Rejected("permission", why="not a sandbox client", status=403)
    if not row.enabled:
        raise Rejected("sandbox.disabled", "The client was disabled by an administrator", status=409)
    return row, number


def _record(
    session: Session,
    client: Client,
    team_id: str,
    person: str,
    action: str,
    changes: list[str] | None = None,
) -> None:
    audit.record_in(
        session, "client.sandbox", client=client.client_id, person=person, team=team_id, action=action,
        changes=changes, fingerprint=client.fingerprint,
    )  # fmt: skip
