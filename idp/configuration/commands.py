"""``idp configuration``: the whole configuration as one file, for keeping, comparing and applying."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from clients.terminal import operator, told
from idp import configuration as configured
from idp.base.errors import Rejected
from idp.configuration import Actor, Change, Refused, service, state
from idp.divisions import NATION, Reach

P = ParamSpec("P")
_SIGNS = {"added": "+", "changed": "~", "removed": "-"}
_LONGEST = 300


def _lines_told(command: Callable[P, None]) -> Callable[P, None]:
    """Tell every mistake of a file by its line."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Refused as refused:
            rest = refused.total - len(refused.faults)
            lines = [*map(str, refused.faults), *([f"and {rest} more"] if rest else [])]
            raise click.ClickException("nothing was applied:\n" + "\n".join(lines)) from None

    return run


@click.group("configuration")
def configuration() -> None:
    """Divisions, departments, portals, announcements and policies as one file, without any secret."""


@configuration.command("export")
@click.option("--within", default=NATION, help="Only this division, or this department by its id.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of YAML.")
@told
def export(within: str, *, as_json: bool) -> None:
    """Write what is in force to standard output."""
    reach = state.place(within, Reach(division=NATION))
    click.echo(configured.export(reach, operator=operator()).text(json=as_json), nl=False)


@configuration.command("diff")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--prune", is_flag=True, help="Count what the file leaves out of its sections as removed.")
@told
@_lines_told
def diff(file: Path, *, prune: bool) -> None:
    """Show what applying a file would change."""
    _show(service.compare(_text(file), actor=_machine(), prune=prune).changes)


@configuration.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@click.option("--prune", is_flag=True, help="Remove what the file leaves out of its sections.")
@told
@_lines_told
def apply(file: Path, *, dry_run: bool, prune: bool) -> None:
    """Bring into force what a file says: all of it or nothing."""
    if dry_run:
        _show(service.compare(_text(file), actor=_machine(), prune=prune).changes)
        click.echo("dry run: nothing was written")
        return
    applied = service.apply(_text(file), actor=_machine(), prune=prune)
    _show(applied.changes)
    for client_id in applied.without_secret:
        click.echo(f"{client_id} has no secret yet: idp clients rotate-secret {client_id}")


def _machine() -> Actor:
    return Actor(id=operator(), reach=Reach(division=NATION), permissions=frozenset(), machine=True)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Rejected("file", f"{file.name} cannot be read as a UTF-8 text") from None


def _show(changes: tuple[Change, ...]) -> None:
    for change in changes:
        click.echo(f"{_SIGNS[change.action]} {change.section} {change.name}")
        if change.action == "changed":
            for name, (old, new) in change.fields.items():
                click.echo(f"    {name}: {_plain(old)} -> {_plain(new)}")
    click.echo(f"{len(changes)} changes" if changes else "nothing to change")


def _plain(value: object) -> str:
    return (configured.plain(value) or "-")[:_LONGEST]
