"""``idp keys``: see, rotate and retire the keys of this server."""

from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser

import click

from idp import keyring
from idp.base import clock
from idp.base.errors import Rejected
from idp.keyring import marker, material, service
from idp.keyring.ring import keep_seconds
from idp.keyring.service import Recorder
from idp.settings import current as settings

_COLUMNS = ("KEY ID", "KIND", "STATE", "MADE", "IN FORCE FROM", "GONE FROM")


def group(record: Recorder) -> click.Group:
    """The ``keys`` commands, writing their audit events with ``record``."""

    @click.group()
    def keys() -> None:
        """Signing and sealing keys."""

    @keys.command("list")
    def list_keys() -> None:
        """Show every key, its state and when that changes."""
        with _opened():
            _print_table()

    @keys.command()
    @click.argument("kind", type=click.Choice(material.ROTATING), default=material.ROTATING[0])
    def rotate(kind: str) -> None:
        """Publish a successor now; it takes over after IDP_KEY_PUBLISH_LEAD seconds."""
        with _opened():
            entry = service.rotate(kind, operator=getuser(), record=record)
            click.echo(f"{entry.kid} is published and takes over at {_moment(entry.active_from)}")

    @keys.command()
    @click.argument("kid")
    @click.confirmation_option(prompt="Every token this key has signed stops being valid now. Go on?")
    def retire(kid: str) -> None:
        """Stop trusting a signing key at once, because it is compromised."""
        with _opened():
            service.retire(kid, operator=getuser(), record=record)
            click.echo(f"{kid} is retired; {', '.join(sorted(keyring.active().values()))} sign now")

    return keys


@contextmanager
def _opened() -> Iterator[None]:
    try:
        keyring.open(settings().keys_dir, create=False)
        yield
    except keyring.BrokenKeyring as error:
        raise click.ClickException(str(error)) from None
    except Rejected as error:
        raise click.ClickException(error.hint) from None


def _print_table() -> None:
    rows = [_COLUMNS]
    for one in marker.standings(keyring.current().entries, clock.now(), keep_seconds()):
        entry = one.entry
        gone = _moment(one.leaves_at) if one.leaves_at is not None else "-"
        rows.append(
            (entry.kid, entry.kind, one.state, _moment(entry.created_at), _moment(entry.active_from), gone)
        )
    widths = [max(len(row[n]) for row in rows) for n in range(len(_COLUMNS))]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _moment(seconds: int) -> str:
    return f"{clock.at(seconds):%Y-%m-%d %H:%M:%SZ}"
