"""``idp keys``: see, rotate and retire the keys of this server, and rewrite what lies under old ones."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from getpass import getuser

import click

from idp import keyring
from idp.base import clock
from idp.base.errors import Rejected
from idp.keyring import marker, material, service, usage
from idp.keyring.ring import keep_seconds, load
from idp.keyring.service import Recorder
from idp.keyring.stored import Stored
from idp.settings import current as settings

_COLUMNS = ("KEY ID", "KIND", "STATE", "MADE", "IN FORCE FROM", "GONE FROM")
#: What ends with a key, for whoever is about to end it.
_ENDS = {
    "token": "Refresh tokens, offline grants, access tokens and known devices under this key end now",
    "web": "Forms that are open and codes on devices' screens lapse now, failed logins are counted from zero",
}
_ENDS_OF_PUBLISHED = "What this key has signed stops being valid now, what it opens stays closed"

#: How finely a progress bar moves.
_MARKS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the keyring may not know by itself."""

    record: Recorder
    stored: Sequence[Stored]


def group(record: Recorder, stored: Sequence[Stored]) -> click.Group:
    """The ``keys`` commands, writing audit events with ``record``, for all that is ``stored`` under keys."""
    return click.Group(
        "keys",
        [list_keys, list_uses, reseal, retire, rotate],
        help="Signing, sealing and index keys.",
        context_settings={"obj": Surroundings(record=record, stored=stored)},
    )


@click.command("list")
def list_keys() -> None:
    """Show every key, its state and when that changes."""
    with _opened():
        _print_table()


@click.command("uses")
@click.argument("kid")
def list_uses(kid: str) -> None:
    """Show which clients still need an old key, the latest first."""
    with _opened():
        if kid not in {entry.kid for entry in keyring.current().entries}:
            raise click.ClickException(f"there is no key {kid}: idp keys list")
    for use in usage.uses(kid, most=usage.MOST):
        click.echo(f"{_moment(use.seen_at)}  {use.what:16}{use.client_id}")


@click.command()
@click.argument("kind", type=click.Choice(material.ROTATING), default=material.ROTATING[0])
@click.pass_obj
def rotate(around: Surroundings, kind: str) -> None:
    """Publish a successor now; it takes over after IDP_KEY_PUBLISH_LEAD seconds."""
    with _opened():
        entry = service.rotate(kind, operator=getuser(), record=around.record)
        click.echo(f"{entry.kid} is published and takes over at {_moment(entry.active_from)}")


@click.command()
@click.argument("kid")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def retire(around: Surroundings, kid: str, *, yes: bool) -> None:
    """End a key: a compromised one at once, a sealing or index key once nothing lies under it."""
    with _opened():
        kind = next((one.kind for one in keyring.current().entries if one.kid == kid), "")
        if kind in service.REWRITTEN:
            _end_stored(around, kid, yes)
        else:
            _end(around, kid, kind, yes)


def _end(around: Surroundings, kid: str, kind: str, yes: bool) -> None:
    _ask(f"{_ENDS.get(kind, _ENDS_OF_PUBLISHED)}. Go on?", yes)
    service.retire(kid, operator=getuser(), record=around.record)
    standings = marker.standings(load(keyring.current().folder).entries, clock.now(), keep_seconds())
    (now,) = (one.entry.kid for one in standings if one.entry.kind == kind and one.state == "current")
    click.echo(f"{kid} is retired; {now} is in force now")


def _end_stored(around: Surroundings, kid: str, yes: bool) -> None:
    _ask("Older backups of the database cannot be read without this key: is a copy of it kept?", yes)
    depends = partial(service.depends, around.stored)
    service.discard(kid, operator=getuser(), record=around.record, depends=depends)
    click.echo(f"{kid} is retired")
    # Numbers were entered under it to the end; those entries help nobody but a thief of the key.
    _reseal(one for one in around.stored if one.kind == "blind-index")


def _ask(question: str, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True)


@click.command()
@click.pass_obj
def reseal(around: Surroundings) -> None:
    """Bring all that is stored under the sealing and index keys in force; cut off, it may be run again."""
    left = 0
    with _opened():
        for kind in service.REWRITTEN:
            tell = partial(service.tell_resealing, kind, operator=getuser(), record=around.record)
            tell("begun")
            waiting, done = _reseal(one for one in around.stored if one.kind == kind)
            tell("finished", count=done)
            click.echo(f"{kind}: {done} rewritten")
            left += waiting - done
    if left:
        raise click.ClickException(
            f"{left} were being changed by somebody or cannot be opened (see the log); run this again"
        )


def _reseal(register: Iterable[Stored]) -> tuple[int, int]:
    """Rewrite, with a bar for each; how much waited, and how much of it was rewritten."""
    waiting = done = 0
    for stored in register:
        with click.progressbar(length=_MARKS, label=stored.name.ljust(24)) as bar:
            for step in service.reseal(stored):
                waiting, done = waiting + step.waiting, done + step.rewritten
                bar.update(round(step.reached * _MARKS) - bar.pos)
    return waiting, done


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
