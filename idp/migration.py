"""The schema: brought up to date for the embedded database, demanded to be so for every other.

Alembic is loaded when it is asked: the server asks in a process apart, and none that serves holds it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from idp.store import db

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
#: In an installed package they lie inside (``setup.py``), in a checkout beside it.
SCRIPTS = next(folder for folder in (_HERE / "migrations", _HERE.parent / "migrations") if folder.is_dir())


class SchemaMismatch(Exception):
    """The database is not at the version this code was written for."""


def config() -> "Config":
    """Alembic's configuration: our scripts, and the connection from ``idp.store``."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return made


def upgrade() -> None:
    """Bring the database to the newest version; a second start at the same time waits."""
    from alembic import command

    with db.writing() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")


def demand() -> None:
    """Raise ``SchemaMismatch`` unless the database is at the newest version."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with db.writing() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    wanted = set(ScriptDirectory.from_config(config()).get_heads())
    if present != wanted:
        raise SchemaMismatch(
            f"the database is at version {', '.join(sorted(present)) or 'none'}, this server needs "
            f"{', '.join(sorted(wanted))}: run `idp db upgrade`"
        )
