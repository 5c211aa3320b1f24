"""``idp announcements``: what the visitors of a portal are told."""

import click

import clients
from clients.terminal import operator, told
from idp.announcements import queries, service
from idp.announcements.announcement import moment_of
from idp.base import clock
from idp.base.errors import Rejected


@click.group("announcements")
def announcements() -> None:
    """What a portal's login and consent pages tell, for a while."""


@announcements.command("list")
@click.argument("client_id")
@told
def list_announcements(client_id: str) -> None:
    """List what is shown at a portal now or will be."""
    for one in queries.of_client(_known(client_id)):
        click.echo(
            f"{one.id}  {_moment(one.starts_at)} - {_moment(one.ends_at)}\n  {one.text}\n  {one.text_en}"
        )


@announcements.command("add")
@click.argument("client_id")
@click.option("--text", required=True, help="In Chinese.")
@click.option("--text-en", required=True, help="In English.")
@click.option("--from", "starts", required=True, help="YYYY-MM-DDThh:mm, Asia/Shanghai.")
@click.option("--to", "ends", required=True, help="The same, at most 90 days later.")
@told
def add(client_id: str, text: str, text_en: str, starts: str, ends: str) -> None:
    """Tell the visitors of a portal something."""
    made = service.announce(
        _known(client_id),
        text=text,
        text_en=text_en,
        starts_at=moment_of(starts),
        ends_at=moment_of(ends),
        operator=operator(),
    )
    click.echo(f"announced  {made}")


@announcements.command("withdraw")
@click.argument("client_id")
@click.argument("announcement_id")
@told
def withdraw(client_id: str, announcement_id: str) -> None:
    """Take one back."""
    if announcement_id not in {one.id for one in queries.of_client(_known(client_id))}:
        raise click.ClickException(f"there is no announcement {announcement_id}: idp announcements list")
    service.withdraw(client_id, announcement_id, operator=operator())
    click.echo(f"withdrawn  {announcement_id}")


def _known(client_id: str) -> str:
    if clients.find(client_id) is None:
        raise Rejected("client.unknown", "no client has this id")
    return client_id


def _moment(seconds: int) -> str:
    return f"{clock.at(seconds):%Y-%m-%d %H:%M}Z"
