"""``idp audit``: verify the record, show it, list its events, go on after an incident."""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TextIO

import click

from idp.audit import affected as concerned
from idp.audit import export as exports
from idp.audit import jobs, queries, stream
from idp.audit.alarm import alarms
from idp.audit.details import type_of
from idp.audit.event import Event
from idp.audit.events import FIELDS, KINDS
from idp.audit.verification import Report, verify
from idp.base import clock

_COLUMNS = ("TIME (UTC)", "KIND", "OUTCOME", "PERSON", "CLIENT", "ADDRESS", "REASON", "DETAIL")


@click.group()
def audit() -> None:
    """The record of what happened."""


@audit.command("verify")
@click.option("--roots", "kept", type=click.File("r"), help="signed roots somebody kept, one a line")
def verify_record(kept: TextIO | None) -> None:
    """Check rows, chain and signed roots; name the first altered, missing, reordered or duplicated row."""
    report = verify(kept.read().split() if kept else ())
    click.echo(_summary(report))
    if not report.intact:
        raise click.exceptions.Exit(1)


def _known(_context: click.Context, _option: click.Parameter, kind: str) -> str:
    """A kind of the list, or none: what is misspelt must not look as if it never happened."""
    if kind and kind not in KINDS:
        raise click.BadParameter("no such kind of event; `idp audit events` lists them")
    return kind


@audit.command()
@click.option("--kind", default="", callback=_known, help="one kind of event, see `idp audit events`")
@click.option("--person", default="", help="id of a person")
@click.option("--client", default="", help="client_id of a portal")
@click.option("--request", default="", help="the reference number somebody was shown")
@click.option("--since", type=click.DateTime(), help="UTC date, or date and time")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def show(kind: str, person: str, client: str, request: str, since: datetime | None, limit: int) -> None:
    """Show recorded events, newest first. They hold no full number, phone or token."""
    start = _seconds(since) * 1_000_000 if since else 0
    found = queries.events(kind=kind, person=person, client=client, request=request, since=start, limit=limit)
    rows = [_COLUMNS, *(_cells(event) for event in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@audit.command("events")
@click.option("--markdown", is_flag=True, help="as docs/events.md")
def list_events(markdown: bool) -> None:
    """List the kinds of events."""
    if markdown:
        click.echo(events_page(), nl=False)
        return
    for name, kind in KINDS.items():
        click.echo(f"{name:24} {kind.english} ({kind.chinese})")


@audit.command("alarms")
@click.option("--all", "ended", is_flag=True, help="those that ended, too")
def list_alarms(ended: bool) -> None:
    """Show the alarms that are open, newest first."""
    for one in alarms(open_only=not ended, limit=200):
        until = f"until {_moment(one.ended_at)}" if one.ended_at else "open"
        place = one.department or one.division or "-"
        click.echo(
            f"{_moment(one.began_at)}  {one.kind:8} {one.subject:40} {place:36} {one.count:8}  {until}"
        )


@audit.command("streams")
def list_streams() -> None:
    """Show how each stream to a collector stands."""
    for one in stream.states():
        taken = f"taken up to {one.seq} at {_moment(one.delivered_at)}"
        click.echo(f"{one.sink:8} {taken}, {one.waiting} wait; {one.outcome}")


@audit.command("roots")
@click.option("--after", default=0, help="only those behind this number")
@click.option("--sign", is_flag=True, help="sign the newest place now, if the hour is over")
def list_roots(after: int, sign: bool) -> None:
    """Print the signed roots, one a line, for whoever keeps them elsewhere."""
    if sign:
        jobs.sign_root()
    for root in queries.roots(after):
        click.echo(root.jws)


@audit.command()
@click.option("--from", "since", type=click.DateTime(), required=True, help="UTC date, or date and time")
@click.option("--to", "until", type=click.DateTime(), required=True, help="the same; not included")
@click.option("--operator", default=getuser, help="who exports; the name of the login by default")
@click.option("--reason", default="", help="for what")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(since: datetime, until: datetime, operator: str, reason: str, file: Path) -> None:
    """Write a part of the record, and beside it a program by which anybody can verify it."""
    try:
        part = exports.write(file, _seconds(since), _seconds(until), operator=operator, reason=reason)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    click.echo(f"places {part.first} to {part.last} with {len(part.roots)} roots are in {file}")
    click.echo(f"verify: python {file.parent / exports.VERIFIER} {file}")


@audit.command()
@click.option("--client", required=True, help="client_id of the portal that leaked")
@click.option("--from", "since", type=click.DateTime(), required=True, help="UTC date, or date and time")
@click.option("--to", "until", type=click.DateTime(), required=True, help="the same; not included")
@click.option("--case", required=True, help="number of the case")
@click.option("--reason", required=True, help="for what")
@click.option("--operator", default=getuser, help="who asks; the name of the login by default")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def affected(
    client: str, since: datetime, until: datetime, case: str, reason: str, operator: str, file: Path
) -> None:
    """Write whose data a portal was given in a time: ids of persons, which data, when."""
    count = concerned.write(
        file, client, _seconds(since), _seconds(until), operator=operator, case=case, reason=reason
    )
    click.echo(f"{count} persons are in {file}")
    click.echo(f"log them all out: idp persons sign-out-listed {file} --cause ...")


@audit.command()
@click.option("--operator", required=True, help="who decides")
@click.option("--reason", required=True, help="why, for instance which backup was restored")
def resume(operator: str, reason: str) -> None:
    """After a restore: take the chain as it stands for the true one, record that, and seal on."""
    jobs.resume(operator, reason)
    click.echo(f"{jobs.seal()} waiting events were sealed")


def _moment(seconds: int) -> str:
    return f"{clock.at(seconds):%Y-%m-%d %H:%M:%S}"


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def events_page() -> str:
    """The page docs/events.md."""
    lines = [
        "# Audit events",
        "",
        "Made by `idp audit events --markdown` from `idp/audit/events.py`; a test fails when it is stale.",
        "Every event also carries: id, time (µs, UTC), outcome (success, refused, failed), person,",
        "organisation, client, session (a digest), address, request id, reason. Values that look like an",
        "identity number, a phone or a token are masked before they are written. Where it is known, an event",
        "also names the item applied for, the mandate used and the region it belongs to.",
        "",
        "| event | meaning | 含义 | details |",
        "|---|---|---|---|",
        *(
            f"| `{name}` | {kind.english} | {kind.chinese} | {_code(kind.fields)} |"
            for name, kind in KINDS.items()
        ),
        "",
        "## Details",
        "",
        "A detail has one type wherever it stands; names are a list of texts, or one text with spaces.",
        "",
        "| name | type | holds |",
        "|---|---|---|",
        *(f"| `{name}` | {type_of(name)} | {holds} |" for name, holds in FIELDS.items()),
        "",
    ]
    return "\n".join(lines)


def _code(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}` {type_of(name)}" for name in sorted(names))


def _cells(event: Event) -> tuple[str, ...]:
    moment = datetime.fromtimestamp(event.time / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    detail = "" if event.detail == "{}" else event.detail
    return (
        moment, event.kind, event.outcome, event.person, event.client, event.address, event.reason, detail
    )  # fmt: skip


def _summary(report: Report) -> str:
    place = f"at {report.head.seq} ({report.head.hash})" if report.head else "empty"
    lines = [
        f"{report.checked} rows checked, {report.waiting} wait for their place; chain {place}",
        f"{report.roots} signed roots compared",
    ]
    if report.removed:
        lines.append(f"{report.removed} events were removed at the end of their retention")
    if not report.vouched:
        lines.append("the newest root is not signed by a key of ours that is in use: sign one and look again")
    if waiting := jobs.backlog():
        lines.append(f"{waiting} bytes in the spool of this machine are not shipped yet")
    if broken := jobs.quarantined():
        lines.append(f"{broken} broken pieces of spool lie in quarantine")
    if not report.head_kept and report.head:
        lines.append("no chain head was kept on this machine: a cut tail would not be seen")
    if problem := report.problem:
        place = f"place {problem.seq}" if problem.seq else "no place"
        lines.append(f"NOT INTACT: {problem.wrong}: {place} {problem.event_id}: {problem.text}")
    else:
        lines.append("intact")
    return "\n".join(lines)
