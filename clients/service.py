"""Lasting verbs of the registry: apply manifests, renew secrets, disable and enable."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from clients import documents, logos, manifest, queries, sectors, snapshot, version
from clients.client import SECRET_METHODS, Client, Origin, SecretHash
from clients.logos import Logo
from clients.models import ClientRow, RegistrationRow
from clients.rules import Fault
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret, digest, random_token
from idp.divisions.division import HIGHEST, demand_rank, stopped_by
from idp.store.db import transaction

APPLY_FOR_IT = "is in production by an application: apply for the change"
GIVEN_BEFORE = "was given to a client before"
LONGEST_OVERLAP = 30 * 86400
MOST_SECRETS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What applying does to one client; ``fields`` maps each changed member to its old and new value."""

    client_id: str
    action: Literal["created", "changed", "unchanged"]
    fields: dict[str, tuple[Any, Any]]
    makes_secret: bool = False
    secret: Secret | None = None
    """A secret made just now; it is kept as a hash only and cannot be shown again."""


def apply(clients: Sequence[Client], *, operator: str, dry_run: bool = False) -> tuple[Change, ...]:
    """Register these clients, all or none; clients that are not named stay as they are.

    A client that had registered itself is the operator's from then on. With ``dry_run`` nothing is written.
    Raises ``manifest.Refused`` when one would change citizens' ``sub``, or points to what is not as it says.
    """
    found = {} if dry_run else _fetched(clients)
    changes = _apply(clients, found, operator, dry_run)
    snapshot.expire()
    return changes


def rotate_secret(client_id: str, *, overlap: int, operator: str, person: str | None = None) -> Secret:
    """Make a new secret; the older ones stay good for ``overlap`` seconds. Shown once.

    ``person`` is the developer who asked for it.
    """
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise Rejected("client.overlap", f"the overlap must be 0 to {LONGEST_OVERLAP} seconds")
    secret = _rotate(client_id, overlap, operator, person)
    snapshot.expire()
    return secret


def disable(client_id: str, *, operator: str, cause: str = "") -> None:
    """Refuse the client everywhere, from the next look of each process at the registry on."""
    _switch(client_id, False, operator, cause)
    snapshot.expire()


def enable(client_id: str, *, operator: str, cause: str = "") -> None:
    """Let a disabled client in again."""
    _switch(client_id, True, operator, cause)
    snapshot.expire()


def put(session: Session, client: Client, logo: Logo | None, *, origin: Origin, operator: str) -> None:
    """Register or replace one judged client within a larger change; its caller expires the snapshot."""
    number = version.lock(session)
    check_sectors(session, [client])
    row = session.get(ClientRow, client.client_id)
    if row is not None and row.deleted_at is not None:
        raise Rejected("client.unknown", "the client id was given to a client before")
    change = _difference(client, row, origin)
    if change.action != "unchanged":
        _write(session, client, row, change, number, logo, origin)
        _record(session, [(change, client)], operator)


def switch(
    session: Session, client_id: str, enabled: bool, operator: str, cause: str = "", *, rank: int
) -> bool:
    """Disable or enable a client within a larger change; whether it was otherwise before.

    ``rank`` is that of the operator (``Reach.rank``): nobody lets in what somebody higher stopped.
    """
    row, number = _row(session, client_id)
    before = (row.enabled, row.stopped_rank)
    if enabled:
        demand_rank(rank, row.stopped_rank)
    row.enabled, row.stopped_rank = enabled, None if enabled else stopped_by(rank, row.stopped_rank)
    if (row.enabled, row.stopped_rank) == before:
        return False
    version.stamp(session, row, number)
    status = "enabled" if enabled else "disabled"
    audit.record_in(
        session, "client.disable", client=client_id, status=status, operator=operator, cause=cause or None
    )
    return True


def _fetched(clients: Sequence[Client]) -> dict[str, Logo]:
    """What these registrations point to, judged before any lock is held; the logos that are new."""
    found = {}
    for client in clients:
        try:
            logo = documents.fetch(client, snapshot.find(client.client_id))
        except documents.Unfit as unfit:
            key, reason = unfit.fault
            raise manifest.Refused("registry", [f"{client.client_id}: {key}: {reason}"]) from None
        if logo:
            found[client.client_id] = logo
    return found


@transaction
def _apply(
    session: Session, clients: Sequence[Client], found: Mapping[str, Logo], operator: str, dry_run: bool
) -> tuple[Change, ...]:
    if not dry_run:
        return put_all(session, clients, found, operator=operator)
    check_sectors(session, clients)
    return tuple(_allowed(client, session.get(ClientRow, client.client_id)) for client in clients)


def put_all(
    session: Session,
    clients: Sequence[Client],
    found: Mapping[str, Logo],
    *,
    operator: str,
    makes_secrets: bool = True,
) -> tuple[Change, ...]:
    """Apply judged registrations within a larger change; its caller expires the snapshot.

    Without ``makes_secrets`` a client that needs one has none until somebody renews it.
    """
    number = version.lock(session)
    check_sectors(session, clients)
    rows = _rows(session, clients)
    changes = []
    # Many clients are sent together at the end, not each when the next one is looked at.
    with session.no_autoflush:
        for client in clients:
            row = rows.get(client.client_id)
            change = _allowed(client, row)
            if change.action != "unchanged":
                made = replace(change, makes_secret=change.makes_secret and makes_secrets)
                made = _write(session, client, row, made, number, found.get(client.client_id))
                change = replace(made, makes_secret=change.makes_secret)
            changes.append(change)
    written = [(change, client) for change, client in zip(changes, clients, strict=True)
               if change.action != "unchanged"]  # fmt: skip
    _record(session, written, operator)
    return tuple(changes)


def _rows(session: Session, clients: Sequence[Client]) -> dict[str, ClientRow]:
    ids = [client.client_id for client in clients]
    found: dict[str, ClientRow] = {}
    for start in range(0, len(ids), queries.BATCH):
        some = select(ClientRow).where(ClientRow.client_id.in_(ids[start : start + queries.BATCH]))
        found |= {row.client_id: row for row in session.scalars(some)}
    return found


def _record(session: Session, written: Sequence[tuple[Change, Client]], operator: str) -> None:
    details = [
        {"action": change.action, "changes": sorted(change.fields), "fingerprint": client.fingerprint,
         "operator": operator}
        for change, client in written
    ]  # fmt: skip
    names = [client.client_id for _, client in written]
    audit.record_each(session, "client.apply", details, clients=names)


def _allowed(client: Client, row: ClientRow | None) -> Change:
    """What applying changes, if an operator may change it; raises ``manifest.Refused``."""
    if row is not None and row.deleted_at is not None:
        raise manifest.Refused("registry", [f"{client.client_id}: client_id: {GIVEN_BEFORE}"])
    change = _difference(client, row)
    if row is not None and row.origin == "application" and change.fields:
        raise manifest.Refused(
            "registry", [f"{client.client_id}: {sorted(change.fields)[0]}: {APPLY_FOR_IT}"]
        )
    return change


def remove(session: Session, client_id: str, *, operator: str) -> None:
    """Delete a client within a larger change; its id is never given again."""
    row, number = _row(session, client_id)
    end(session, row, number)
    audit.record_in(session, "client.apply", client=client_id, action="removed", operator=operator)


def end(session: Session, row: ClientRow, number: int) -> None:
    """Leave of a client what those need who once agreed to give it data, as change ``number``."""
    row.enabled, row.secrets, row.deleted_at = False, "[]", clock.now()
    version.stamp(session, row, number)


def _difference(client: Client, row: ClientRow | None, origin: Origin = "manifest") -> Change:
    known = readable(row)
    new, old = manifest.document(client), manifest.document(known) if known else {}
    fields = {name: (old.get(name), value) for name, value in new.items() if old.get(name) != value}
    if row is not None and row.origin not in (origin, "application"):
        fields["origin"] = (row.origin, origin)
    has_secret = bool(known and known.secrets)
    return Change(
        client_id=client.client_id,
        action="created" if row is None else "changed" if fields else "unchanged",
        fields=fields,
        makes_secret=client.token_endpoint_auth_method in SECRET_METHODS and not has_secret,
    )


def _write(
    session: Session,
    client: Client,
    row: ClientRow | None,
    change: Change,
    number: int,
    logo: Logo | None,
    origin: Origin = "manifest",
) -> Change:
    row = row or new_row(session, client.client_id)
    if row.origin == "registration":
        session.execute(delete(RegistrationRow).where(RegistrationRow.client_id == client.client_id))
    row.origin = origin
    secret = write(session, row, client, number, logo, makes_secret=change.makes_secret)
    return replace(change, secret=secret)


def new_row(session: Session, client_id: str) -> ClientRow:
    """The row of a client that is registered now."""
    row = ClientRow(
        client_id=client_id, origin="manifest", enabled=True, created_at=clock.now(), secrets="[]", logo=""
    )
    session.add(row)
    return row


def write(
    session: Session, row: ClientRow, client: Client, number: int, logo: Logo | None, *, makes_secret: bool
) -> Secret | None:
    """Put a judged registration into its row, as change ``number``; the secret that was made for it."""
    row.document = json.dumps(manifest.document(client), ensure_ascii=False, sort_keys=True)
    row.sector, row.organization, row.name = client.sector, client.organization, client.name
    row.division, row.department, row.environment = client.division, client.department, client.environment
    secret = Secret(random_token()) if makes_secret else None
    if secret:
        row.secrets = hashes(SecretHash(digest=digest(secret.reveal())))
    elif client.token_endpoint_auth_method not in SECRET_METHODS:
        row.secrets = "[]"
    version.stamp(session, row, number)
    if logo or not client.logo_uri:
        logos.keep(session, row, logo)
    return secret


@transaction
def _rotate(session: Session, client_id: str, overlap: int, operator: str, person: str | None) -> Secret:
    row, number = _row(session, client_id)
    client = readable(row)
    if client is None:
        raise Rejected("client.unreadable", "the stored registration is damaged: apply its manifest again")
    if client.token_endpoint_auth_method not in SECRET_METHODS:
        raise Rejected("client.no_secret", "this client does not authenticate with a secret")
    moment = clock.now()
    end = moment + overlap
    older = [replace(one, expires_at=min(one.expires_at or end, end)) for one in client.secrets]
    live = [one for one in older if one.live(moment)]
    if len(live) >= MOST_SECRETS:
        raise Rejected("client.secrets", f"{MOST_SECRETS} secrets are still good: wait, or allow no overlap")
    secret = Secret(random_token())
    row.secrets = hashes(SecretHash(digest=digest(secret.reveal())), *live)
    version.stamp(session, row, number)
    audit.record_in(
        session, "client.secret_rotate", client=client_id, person=person, expires_at=end, operator=operator
    )
    return secret


@transaction
def _switch(session: Session, client_id: str, enabled: bool, operator: str, cause: str) -> None:
    switch(session, client_id, enabled, operator, cause, rank=HIGHEST)


def _row(session: Session, client_id: str) -> tuple[ClientRow, int]:
    """The row of a client, under the registry's lock, and the number of the change to come."""
    number = version.lock(session)
    row: ClientRow | None = session.get(ClientRow, client_id)
    if row is None or row.deleted_at is not None:
        raise Rejected("client.unknown", "no client has this id")
    return row, number


def hashes(*secrets: SecretHash) -> str:
    """Secrets as their row keeps them."""
    return json.dumps([{"digest": one.digest, "expires_at": one.expires_at} for one in secrets])


def readable(row: ClientRow | None) -> Client | None:
    """The client a row holds; none when it cannot be read, so that applying its manifest repairs it."""
    try:
        return queries.client_of(row) if row else None
    except ValueError:
        return None


def check_sectors(session: Session, clients: Sequence[Client]) -> None:
    """Refuse clients that would change sector, or share one with another organisation."""
    if found := _sector_faults(session, clients):
        raise manifest.Refused("registry", [f"{client_id}: sector: {why}" for client_id, why in found])


def sector_faults(session: Session, client: Client) -> list[Fault]:
    """Why one client cannot be in its sector: it has another, or an organisation of another name is there."""
    return [("sector", why) for _, why in _sector_faults(session, [client])]


def _sector_faults(session: Session, clients: Sequence[Client]) -> list[tuple[str, str]]:
    rows = [row for statement in queries.owners(clients) for row in session.execute(statement)]
    registered = {row.client_id: (row.sector, row.organization) for row in rows}
    return [*sectors.moved(clients, registered), *sectors.shared(clients, registered)]
