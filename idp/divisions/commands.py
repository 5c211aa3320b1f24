"""``idp divisions``: the administration tree from the command line."""

from typing import TextIO

import click

from idp.base.errors import Rejected
from idp.divisions import division as codes
from idp.divisions import queries, service


@click.group("divisions")
def divisions() -> None:
    """Administrative divisions (GB/T 2260)."""


@divisions.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
def take_over(file: TextIO) -> None:
    """Take over divisions from a CSV file with code,name,name_en: all of it or nothing."""
    try:
        count = service.import_divisions(
            file.read(), reach=codes.Reach(division=codes.NATION), operator="command line"
        )
    except Rejected as refused:
        raise click.ClickException(refused.hint) from None
    click.echo(f"{count} 个行政区划已导入或更名 / divisions taken over or renamed")


@divisions.command("departments")
@click.option("--within", default=codes.NATION, help="Only of this division and those below it.")
def list_departments(within: str) -> None:
    """List public bodies by id."""
    reach, after = _reach(within), ""
    while found := queries.departments(reach, after=after):
        for one in found:
            click.echo(f"{one.id}  {one.division}  {one.name}  {one.name_en}")
        after = found[-1].id


@divisions.command("add-department")
@click.argument("division")
@click.option("--name", required=True, help="In Chinese.")
@click.option("--name-en", required=True, help="In English.")
def add_department(division: str, name: str, name_en: str) -> None:
    """Add a public body to a division."""
    try:
        made = service.add_department(
            division=division,
            name=name,
            name_en=name_en,
            reach=codes.Reach(division=codes.NATION),
            operator="command line",
        )
    except Rejected as refused:
        raise click.ClickException(refused.hint or "there is no such division") from None
    click.echo(made)


@divisions.command("list")
@click.option("--within", default=codes.NATION, help="Only this division and those below it.")
def show(within: str) -> None:
    """List divisions by code."""
    reach, after = _reach(within), ""
    while found := queries.divisions(reach, after=after):
        for one in found:
            click.echo(f"{one.code}  {one.kind:8}  {one.name}  {one.name_en}")
        after = found[-1].code


def _reach(within: str) -> codes.Reach:
    """The division with all below it; a code that nobody has is a slip, not an empty list."""
    try:
        known = codes.checked(within) == codes.NATION or queries.find(within)
    except Rejected as refused:
        raise click.ClickException(refused.hint) from None
    if not known:
        raise click.ClickException(f"没有这个行政区划 / there is no division {within}")
    return codes.Reach(division=within)
