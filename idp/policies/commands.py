"""``idp policies``: what holds where, and changes of it from the command line."""

from typing import BinaryIO

import click
import orjson

from idp.base.errors import Rejected
from idp.divisions import NATION, Reach
from idp.policies import kinds, queries, service, sheet, trial
from idp.policies.difference import diff
from idp.policies.fault import Faulty
from idp.policies.kinds.words import moment_words
from idp.policies.policy import KINDS, KindName, Version
from idp.policies.whatif import OUTCOMES, Size

OPERATOR = "command line"
_EVERYWHERE = Reach(division=NATION)

_kind = click.argument("kind", type=click.Choice(KINDS))
_division = click.argument("division")
_why = click.option("--why", required=True, help="为何变更 Why; kept with the version.")
_FILE = click.argument("file", type=click.File("rb"))


@click.group("policies")
def policies() -> None:
    """Policies of divisions: item catalogue, rules, branding, notices."""


@policies.command("list")
@click.option("--within", default=NATION, help="Only this division and those below it.")
def show_all(within: str) -> None:
    """List the policies in force."""
    reach, after = Reach(division=within), ("", "")
    while found := queries.listed(reach, after=after):
        for one in found:
            click.echo(f"{one.division}  {_line(one)}")
        after = found[-1].division, found[-1].kind


@policies.command()
@_kind
@_division
def show(kind: KindName, division: str) -> None:
    """Show the policy in force: a catalogue as CSV, the others as JSON; both can be imported again."""
    one = queries.current(kind, division)
    if one is None:
        raise click.ClickException("没有这项策略。 There is no such policy.")
    if kind == "items":
        click.echo(sheet.write(kinds.find(kind).read(one.document)), nl=False)
    else:
        click.echo(orjson.dumps(one.document, option=orjson.OPT_INDENT_2).decode())


@policies.command("import")
@_kind
@_division
@_FILE
@_why
@click.option("--dry-run", is_flag=True, help="只显示差别 Only show what would change.")
def take_over(kind: KindName, division: str, file: BinaryIO, why: str, dry_run: bool) -> None:
    """Put a policy in force from a file: a catalogue from CSV, the others from JSON; all of it or nothing."""
    before = queries.current(kind, division)
    base = before.number if before else 0
    try:
        draft = _draft(kind, division, file.read(), base)
        found = queries.draft(draft)
        if found is None:
            raise click.ClickException("草稿已不在。 The draft is gone.")
        for one in diff(kind, before.document if before else None, found.document):
            click.echo(f"{one.at or '-'}  {one.label(True)}: {one.before(True)} → {one.after(True)}")
        if dry_run:
            service.discard(draft, operator=OPERATOR, reach=_EVERYWHERE)
            return
        number = service.publish(draft, why=why, expected=base, operator=OPERATOR, reach=_EVERYWHERE)
    except Rejected as refused:
        raise _told(refused) from None
    click.echo(f"{kind} {division}：第{number}版已生效 / version {number} is in force")


@policies.command()
@_kind
@_division
def history(kind: KindName, division: str) -> None:
    """List the versions of a policy, the newest first."""
    before: int | None = None
    while found := queries.history(kind, division, before=before):
        for one in found:
            click.echo(_line(one))
        before = found[-1].number


@policies.command()
@_kind
@_division
@click.argument("number", type=int)
@_why
def undo(kind: KindName, division: str, number: int, why: str) -> None:
    """Put in force again what held before a version, as a new version."""
    before = queries.current(kind, division)
    try:
        made = service.undo(
            kind, division, number, why=why, expected=before.number if before else 0,
            operator=OPERATOR, reach=_EVERYWHERE,
        )  # fmt: skip
    except Rejected as refused:
        raise _told(refused) from None
    click.echo(f"{kind} {division}：第{made}版已生效 / version {made} is in force")


@policies.command("what-if")
@_kind
@_division
@_FILE
def what_if(kind: KindName, division: str, file: BinaryIO) -> None:
    """Try a file on the entries of the last days, in counts; nothing is changed."""
    before = queries.current(kind, division)
    try:
        draft_id = _draft(kind, division, file.read(), before.number if before else 0)
        draft = queries.draft(draft_id)
        if draft is None:
            raise click.ClickException("草稿已不在。 The draft is gone.")
        try:
            report = trial.run(draft).report
        finally:
            service.discard(draft_id, operator=OPERATOR, reach=_EVERYWHERE)
    except Rejected as refused:
        raise _told(refused) from None
    click.echo(f"{'entries':12}{_size(report.total)}")
    sizes = dict(report.outcomes)
    for outcome in OUTCOMES:
        click.echo(f"{outcome:12}{_size(sizes[outcome])}")


def _draft(kind: KindName, division: str, data: bytes, base: int) -> str:
    if kind == "items":
        return service.draft_sheet(division, data, base=base, operator=OPERATOR, reach=_EVERYWHERE)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise click.ClickException(f"line {error.lineno}: {error.msg}") from None
    return service.draft(kind, division, document, base=base, operator=OPERATOR, reach=_EVERYWHERE)


def _told(refused: Rejected) -> click.ClickException:
    if isinstance(refused, Faulty):
        lines = [f"{one.chinese_told} / {one.told}" for one in refused.faults]
        return click.ClickException("未作任何变更。 Nothing was changed.\n" + "\n".join(lines))
    return click.ClickException(refused.hint or refused.code)


def _line(one: Version) -> str:
    undone = f" (undoes {one.undoes})" if one.undoes else ""
    moment, _ = moment_words(one.changed_at)
    return f"{one.kind:9} v{one.number}  {moment}  {one.changed_by}  {one.why}{undone}"


def _size(size: Size) -> str:
    return "<5" if size.entries is None else f"{size.entries} ({size.persons} persons)"
