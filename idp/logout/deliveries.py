"""``idp deliveries``: logout notices that did not arrive; they name no person."""

import click

from clients.terminal import operator, told
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions import NATION, Reach
from idp.logout import queries, service

_ALL = Reach(division=NATION)


@click.group("deliveries")
def deliveries() -> None:
    """Logout notices to portals: list, send again."""


@deliveries.command("list")
@click.option("--client", "client_id", default="", help="Of one portal.")
@click.option("--waiting", is_flag=True, help="Those still tried, instead of those given up.")
@click.option("--most", type=click.IntRange(1, 1000), default=100, show_default=True)
@told
def list_deliveries(client_id: str, most: int, *, waiting: bool) -> None:
    """List notices, the oldest first."""
    for one in queries.notices(_ALL, "waiting" if waiting else "failed", client_id=client_id, most=most):
        since = f"{clock.at(one.created_at):%Y-%m-%d %H:%M}Z"
        click.echo(f"{one.id}  {one.client_id:32}{since}  {one.attempts} tries  {one.outcome}")


@deliveries.command("retry")
@click.argument("delivery_id", required=False)
@click.option("--client", "client_id", default="", help="All notices of one portal.")
@told
def retry(delivery_id: str | None, client_id: str) -> None:
    """Send one notice again now, or all of a portal."""
    if bool(delivery_id) == bool(client_id):
        raise click.UsageError("name a notice, or a portal by --client")
    if delivery_id is None:
        click.echo(f"{service.retry_all(client_id, operator=operator())} will be sent again")
        return
    found = queries.notice(delivery_id, _ALL)
    if found is None:
        raise Rejected("delivery.unknown", "no notice has this id")
    service.retry(found.client_id, delivery_id, operator=operator())
    click.echo(f"{delivery_id} will be sent again")
