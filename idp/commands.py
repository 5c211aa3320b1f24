"""The commands that belong to no one package: serving, the worker, the schema, the settings, the keys."""

import os
import sys

import click

from idp import settings
from idp.settings import reference


@click.command()
def serve() -> None:
    """Run the server: web processes, worker, and Valkey if none is named."""
    _count_in_files()
    from idp import serve as module

    sys.exit(module.run())


def _count_in_files() -> None:
    """Metrics of all processes are added up in one folder; its name must be known before they are loaded."""
    folder = settings.current().var_dir.resolve() / "metrics"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


@click.command()
def worker() -> None:
    """Run the worker alone: audit shipping and logout deliveries."""
    from idp import worker as module

    module.run()


@click.command("settings")
@click.option("--markdown", is_flag=True, help="Every setting explained, as docs/settings.md.")
def show_settings(*, markdown: bool) -> None:
    """Show the settings in force, secrets masked."""
    if markdown:
        click.echo(reference.page(), nl=False)
        return
    for name, value in reference.in_force(settings.current()):
        click.echo(f"{name}={value}")


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to the version this server needs."""
    from idp import migration

    migration.upgrade()


@db.command()
def check() -> None:
    """Tell whether the database is at the version this server needs."""
    from idp import migration

    migration.demand()
    click.echo("The database is at the version this server needs.")
