"""The ``idp`` command: collects each package's commands."""

import sys

import click
from pydantic import ValidationError

from clients import commands as clients_commands
from idp import audit, journal, migration, settings
from idp.app import open_stores
from idp.audit import commands as audit_commands
from idp.base.errors import Rejected, Unavailable
from idp.demo import commands as demo_commands
from idp.keyring import BrokenKeyring
from idp.keyring import commands as keyring_commands
from idp.migration import SchemaMismatch
from idp.personas import commands as personas_commands
from idp.settings import reference

#: Commands that read the settings themselves, or make their own.
_WITHOUT_SETTINGS = ("demo", "settings")
#: Commands that open their own stores, or need none.
_BY_THEMSELVES = ("serve",)


@click.group()
@click.pass_context
def idp(context: click.Context) -> None:
    """Unified identity authentication and single sign-on server for public services."""
    if context.invoked_subcommand in _WITHOUT_SETTINGS:
        return
    conf = settings.current()
    journal.configure(conf.log_level, json=conf.log_json)
    if context.invoked_subcommand not in _BY_THEMSELVES:
        open_stores(conf)


@idp.command()
def serve() -> None:
    """Run the server: web processes, worker, and Valkey if none is named."""
    from idp import serve as module

    sys.exit(module.run())


@idp.command()
def worker() -> None:
    """Run the worker alone: audit shipping and logout deliveries."""
    from idp import worker as module

    module.run()


@idp.command("settings")
@click.option("--markdown", is_flag=True, help="Every setting explained, as docs/settings.md.")
def show_settings(*, markdown: bool) -> None:
    """Show the settings in force, secrets masked."""
    if markdown:
        click.echo(reference.page(), nl=False)
        return
    for name, value in reference.in_force(settings.current()):
        click.echo(f"{name}={value}")


@idp.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to the version this server needs."""
    migration.upgrade()


@db.command()
def check() -> None:
    """Tell whether the database is at the version this server needs."""
    migration.demand()
    click.echo("The database is at the version this server needs.")


idp.add_command(audit_commands.audit)
idp.add_command(demo_commands.demo)
idp.add_command(clients_commands.clients)
idp.add_command(keyring_commands.group(audit.record))
idp.add_command(personas_commands.personas)


def main() -> None:
    """Run a command; what goes wrong in a known way ends with one line and status 2."""
    try:
        idp(prog_name="idp")
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            click.echo(f"setting {'IDP_' + name + ': ' if name else ''}{problem['msg']}", err=True)
        sys.exit(2)
    except Unavailable as error:
        click.echo(f"unavailable: {error.what}", err=True)
        sys.exit(2)
    except Rejected as error:
        click.echo(f"refused: {error.code}: {error.why}", err=True)
        sys.exit(2)
    except (BrokenKeyring, SchemaMismatch) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
