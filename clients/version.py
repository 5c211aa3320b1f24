"""The number of a registry's last change: lock and clock of everybody who changes or watches it.

It is raised under the lock of its own row, so whoever has seen a number has seen every change up to it.
"""

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from clients.models import ClientRow, RegistryVersion
from idp.base import clock

REGISTRY = "clients"

#: The same words in SQLite and PostgreSQL; two first changes meet here, and one waits for the other.
_FIRST = text("INSERT INTO registry_version (name, value) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING")


def lock(session: Session, registry: str = REGISTRY) -> int:
    """Let one transaction at a time change a registry; the number its change will have.

    Two that read first would undo each other; and a ``FOR UPDATE`` says nothing to SQLite.
    """
    session.execute(_FIRST, {"name": registry})
    locked = (
        update(RegistryVersion)
        .where(RegistryVersion.name == registry)
        .values(value=RegistryVersion.value)
        .returning(RegistryVersion.value)
    )
    return int(session.execute(locked).scalar_one()) + 1


def stamp(session: Session, row: ClientRow, number: int) -> None:
    """Mark a row as changed by change ``number``, which every snapshot will look at."""
    row.changed, row.updated_at = number, clock.now()
    advance(session, number)


def advance(session: Session, number: int, registry: str = REGISTRY) -> None:
    """Let every snapshot of a registry see that change ``number`` was made; once a transaction is enough."""
    if session.info.get(registry) != number:
        session.execute(update(RegistryVersion).where(RegistryVersion.name == registry).values(value=number))
        session.info[registry] = number
