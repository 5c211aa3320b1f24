"""docs/administration.md: what a page of the console does, a program and a command do, or it says why not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import click
import pytest
from flask import Flask

from idp import cli
from idp.admin.api import app as api
from idp.admin.needs import need_of
from tests.house.checkout import ROOT

PAGE = ROOT / "docs" / "administration.md"
_ROW = re.compile(r"^\| `((?:GET|POST) /admin/[^`]*)` \| (.+) \| (.+) \|$", re.MULTILINE)
_OPERATION = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`")
_COMMAND = re.compile(r"`(idp [a-z -]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A verb of the console, and what does the same."""

    page: str
    operation: str
    command: str


def rows() -> list[Row]:
    found = _ROW.findall(PAGE.read_text("utf-8"))
    return [Row(page=page, operation=operation, command=command) for page, operation, command in found]


def needed(app: Flask, prefix: str) -> dict[str, str]:
    """The permission that every route under a prefix names, by method and path."""
    return {
        f"{method} {rule.rule}": getattr(need_of(app.view_functions[rule.endpoint]), "permission", "")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(prefix)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def operations() -> set[str]:
    return {verb.replace("/admin/api/v1", "", 1) for verb in needed(api.create(), "/admin/api/v1")}


def commands(command: click.Command, name: str) -> Iterator[str]:
    """Every command below one, as it is typed."""
    if not isinstance(command, click.Group):
        yield name
        return
    for below in command.list_commands(click.Context(command)):
        found = command.get_command(click.Context(command), below)
        assert found
        yield from commands(found, f"{name} {below}")


@pytest.mark.usefixtures("stores")
def test_every_verb_of_the_console_stands_in_the_table_once(app: Flask) -> None:
    listed = [row.page for row in rows()]
    served = {verb for verb in needed(app, "/admin/") if " /admin/api/" not in verb}
    assert sorted(served - set(listed)) == [], "add a row to docs/administration.md for each"
    assert sorted(set(listed) - served) == [], "these pages are gone"
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.page)
def test_what_does_the_same_is_there_or_the_row_says_why_not(row: Row) -> None:
    named = _OPERATION.findall(row.operation)
    assert sorted(set(named) - operations()) == []
    typed = _COMMAND.findall(row.command)
    assert sorted(set(typed) - set(commands(cli.idp, "idp"))) == []
    for found, cell in ((named, row.operation), (typed, row.command)):
        assert found or len(cell.split()) >= 2, f"{row.page}: neither a name nor a reason: {cell}"
        assert cell.replace("`", "").strip() not in ("", "-", "–"), row.page


def test_every_operation_stands_beside_a_page() -> None:
    named = {name for row in rows() for name in _OPERATION.findall(row.operation)}
    assert sorted(operations() - named - {"GET /openapi.json"}) == []


#: A page that shows both what all see and what its reader filed.
_WIDER = {"GET /filings", "GET /filings/<application_id>"}


@pytest.mark.usefixtures("stores")
def test_a_page_and_the_operation_beside_it_need_the_same_permission(app: Flask) -> None:
    pages = needed(app, "/admin/")
    below = {
        verb.replace("/admin/api/v1", "", 1): one for verb, one in needed(api.create(), "/admin/").items()
    }
    pairs = [(row.page, name) for row in rows() for name in _OPERATION.findall(row.operation)]
    assert len(pairs) > 50
    assert [pair for pair in pairs if pages[pair[0]] != below[pair[1]] and pair[1] not in _WIDER] == []
