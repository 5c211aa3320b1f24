"""``idp applications``: portals' applications as they stand; people decide on them at the console."""

import json

import click

from clients.applications import judgement, queries
from clients.applications.application import OPEN
from clients.terminal import told
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions import NATION, Reach


@click.group("applications")
def applications() -> None:
    """Applications of portals: list and show. They are decided on in the console, by two persons."""


@applications.command("list")
@click.option("--within", default=NATION, help="Only of this division and those below it.")
@click.option("--all", "ended", is_flag=True, help="Those in force and those that ended, too.")
@click.option("--most", type=click.IntRange(1, 1000), default=100, show_default=True)
@told
def list_applications(within: str, most: int, *, ended: bool) -> None:
    """List applications, the newest first; drafts are their owners'."""
    states = () if ended else tuple(state for state in OPEN if state != "draft")
    for one in queries.page(Reach(division=within), states=states, most=most):
        click.echo(f"{one.id}  {one.client_id:32}{one.division}  {one.state:10}{_day(one.created_at)}")


@applications.command("show")
@click.argument("application_id")
@told
def show_application(application_id: str) -> None:
    """Show what is asked for, what is wrong with it, and what was decided."""
    one = queries.find(application_id)
    if one is None or one.state == "draft":
        raise Rejected("application.unknown", "no application has this id")
    click.echo(f"{one.client_id}  {one.division}  {one.department or '-'}  {one.state}")
    for name, value in sorted(one.entry.items()):
        click.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")
    click.echo(f"filing: {one.filing}")
    for member, reason in judgement.judged(one)[1]:
        click.echo(f"fault: {member}: {reason}")
    for decision in queries.decisions(one.id):
        click.echo(f"{decision.step}: {decision.outcome} by {decision.officer}: {decision.comment}")


def _day(moment: int) -> str:
    return f"{clock.at(moment):%Y-%m-%d}"
