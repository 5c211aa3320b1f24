"""The commands that belong to no one package: serving, the worker, the schema, the settings, the keys."""

import os
import re
import sys
from difflib import get_close_matches

import click

from idp import explanations, settings
from idp.base import clock
from idp.settings import reference

#: What a page of ours shows somebody who was refused; who asks for it gets the command that finds it.
_REFERENCE = re.compile(r"[0-9a-f]{16}", re.ASCII)


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


@click.command()
@click.argument("code", required=False)
@click.option("--markdown", is_flag=True, help="Every code, as docs/errors.md.")
def explain(code: str | None, *, markdown: bool) -> None:
    """Explain an error code that a portal met; without one, list them all."""
    if markdown:
        click.echo(explanations.page(), nl=False)
    elif code is None:
        for one in explanations.EXPLANATIONS:
            click.echo(f"{one.code:36}{one.meaning_zh} / {one.meaning}")
    elif found := explanations.BY_CODE.get(code):
        click.echo(explanations.text(found))
    else:
        near = ", ".join(get_close_matches(code, explanations.BY_CODE, n=3))
        hint = f"; 是否想查 / did you mean: {near}" if near else ""
        if _REFERENCE.fullmatch(code):
            hint = f"; 错误编号请用 / for a reference number: idp audit show --request {code}"
        raise click.ClickException(f"没有这个代码 / no such code: {code[:60]!r}{hint}")


@click.command()
def health() -> None:
    """Show whether what the platform depends on is well, and what the worker's jobs last did."""
    from idp import readiness, rounds

    for name, well in readiness.state().items():
        click.echo(f"{name:40}{'well' if well else 'NOT WELL'}")
    for one in rounds.known():
        failure = f"  last failure {_moment(one.failed_at)}: {one.why}" if one.failed_at else ""
        click.echo(f"{one.job:40}{one.standing:10}{_moment(one.ran_at)}{failure}")


def _moment(seconds: int) -> str:
    return f"{clock.at(seconds):%Y-%m-%d %H:%M:%S}Z" if seconds else "never"


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
