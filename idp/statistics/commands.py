"""``idp statistics``: the figures of the dashboard."""

from typing import cast, get_args

import click

from clients.terminal import told
from idp.divisions import NATION, Reach
from idp.statistics import queries
from idp.statistics.statistic import Span, middle, scope_of

_HEADINGS = ("login", "level", "took", "cause", "refusal", "entry")


@click.command("statistics")
@click.option("--span", type=click.Choice(get_args(Span)), default="week", show_default=True)
@click.option("--within", default=NATION, help="Of this division and those below it.")
@click.option("--client", "client_id", default="", help="Of one portal.")
@told
def statistics(span: str, within: str, client_id: str) -> None:
    """Show logins, levels, failures and portals of a span."""
    wanted = cast(Span, span)
    scope = f"c:{client_id}" if client_id else scope_of(Reach(division=within))
    found = queries.read(scope, wanted, *_HEADINGS)
    for heading in _HEADINGS:
        for label, number in sorted(found[heading].items()):
            click.echo(f"{heading:10}{label:24}{number:12}")
    click.echo(f"{'middle':10}{middle(found['took']) or '-':24}")
    for portal, number in queries.portals(scope, wanted, 10):
        click.echo(f"{'portal':10}{portal:24}{number:12}")
