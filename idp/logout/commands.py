"""``idp persons``: the operators' verbs on a person's standing.

A person is named by id, or by an ID number that is asked for and never an argument: everybody on a machine
can read the arguments of its processes, and shells keep them. What is shown of a person is masked.
"""

import getpass
import json
import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TextIO

import click

from idp import audit, sessions
from idp import persons as register
from idp.base import clock
from idp.base.errors import Rejected, Unavailable
from idp.divisions.division import HIGHEST
from idp.logout import people
from idp.persons import Person, Status

P = ParamSpec("P")

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_STATUSES: Final[dict[Status, str]] = {
    "active": "正常 active",
    "frozen": "已冻结 frozen",
    "deceased": "已登记死亡 deceased",
    "closed": "已注销 closed",
}
_REFUSALS: Final = {
    "id_number.check": "证件号码的校验位不对。The check digit of the number is wrong.",
    "id_number.date": "证件号码中的日期不存在。The date in the number does not exist.",
    "id_number.format": "这不是证件号码。This is not the number of an identity document.",
    "person.unknown": "没有这个人。There is no such person.",
}


class PersonId(click.ParamType[str]):
    """The id of a person; whatever else is given is not repeated, for it may be a number."""

    name = "person id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _ID.fullmatch(str(value)):
            self.fail(
                "这不是人员编号。证件号码不得写在命令行中：省略此参数，按提示输入。"
                "This is not the id of a person. An ID number must not stand in a command line: "
                "leave it out, and type it when asked.",
                param,
                ctx,
            )
        return str(value)


_person = click.argument("person_id", required=False, type=PersonId())
_cause = click.option("--cause", required=True, help="理由 Why; stands in the record, so no personal data.")
_source = click.option("--source", help="依据 The register or document that says so.")
_yes = click.option("--yes", is_flag=True, help="不再询问 Do not ask again.")


@click.group("persons")
def persons() -> None:
    """Accounts of persons: show, freeze, unfreeze, record a death, close.

    Without PERSON_ID an ID number is asked for, or read from the standard input.
    """


def _told(command: Callable[P, None]) -> Callable[P, None]:
    """Turn a refusal into a message and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Rejected as refused:
            raise click.ClickException(_refusal(refused)) from None
        except people.Unfinished as left:
            raise click.ClickException(
                f"账号已停用，但{left.what}没有响应；恢复后由后台进程完成下线，也可以重新执行本命令。"
                f"The account is stopped, but {left.what} does not answer; when it is back the worker ends "
                "what is left, or repeat this command."
            ) from None
        except Unavailable as away:
            raise click.ClickException(
                f"{away.what}没有响应，请稍后重试。{away.what} does not answer; try again."
            ) from None

    return run


@persons.command()
@_person
@_told
def show(person_id: str | None) -> None:
    """Show what is on file about a person, masked, and how many logins there are; each look is on record."""
    person = _find(person_id)
    audit.record(
        "people.search", person=person.id, cause="command line", operator=_operator(),
        region=person.service_region,
    )  # fmt: skip
    click.echo(_line("人员编号 person", person.id))
    click.echo(_line("状态 status", _STATUSES[person.status]))
    click.echo(_line("姓名 name", person.name_masked))
    for document in register.identifiers(person.id):
        ended = f"，至 until {_day(document.valid_to)}（{document.reason}）" if document.valid_to else ""
        since = f"自 since {_day(document.valid_from)}"
        click.echo(_line("证件 document", f"{document.id_type} {document.masked} {since}{ended}"))
    click.echo(_line("手机 phone", person.phone_masked or "-"))
    click.echo(_line("实名等级 real-name level", str(person.ial)))
    live = sessions.of_person(person.id)
    portals = sorted({client_id for session in live for client_id in session.participants})
    click.echo(_line("登录 sessions", f"{len(live)} {' '.join(portals)}".rstrip()))


@persons.command()
@_person
@_cause
@_source
@_told
def freeze(person_id: str | None, cause: str, source: str | None) -> None:
    """Stop an account and log the person out everywhere, until it is unfrozen."""
    person = _find(person_id)
    _tell(person, "frozen", people.freeze(person.id, cause=cause, source=source, operator=_operator()))


@persons.command()
@_person
@_cause
@_source
@_told
def unfreeze(person_id: str | None, cause: str, source: str | None) -> None:
    """Let a frozen account work again; the person has to log in anew."""
    person = _find(person_id)
    people.unfreeze(person.id, cause=cause, source=source, operator=_operator(), rank=HIGHEST)
    click.echo(f"{_summary(person)}\n已解冻。The account works again.")


@persons.command("record-death")
@_person
@click.option("--source", required=True, help="依据 The register or document that says so.")
@_yes
@_told
def record_death(person_id: str | None, source: str, *, yes: bool) -> None:
    """Record that a person died: the account is stopped for good, its number stays taken."""
    person = _find(person_id)
    _sure(person, "登记死亡后不能恢复。A death that is recorded cannot be taken back.", yes=yes)
    _tell(person, "deceased", people.record_death(person.id, source=source, operator=_operator()))


@persons.command()
@_person
@_cause
@_source
@_yes
@_told
def close(person_id: str | None, cause: str, source: str | None, *, yes: bool) -> None:
    """Close an account for good; who registers again with its number is a new person to every portal."""
    person = _find(person_id)
    _sure(person, "注销后不能恢复。An account that is closed cannot be opened again.", yes=yes)
    _tell(person, "closed", people.close(person.id, cause=cause, source=source, operator=_operator()))


@persons.command("reprove")
@_person
@_cause
@_source
@_told
def reprove(person_id: str | None, cause: str, source: str | None) -> None:
    """Let the proven real-name levels lapse, and log the person out everywhere."""
    person = _find(person_id)
    ended = people.demand_proof(person.id, cause=cause, source=source, operator=_operator()).ended
    click.echo(f"{_summary(person)}\n须重新实名核验。The real name has to be proven anew.")
    _tell_ended(ended)


@persons.command("sign-out")
@_person
@_cause
@_told
def sign_out(person_id: str | None, cause: str) -> None:
    """End every login and lasting access; the person may log in again at once."""
    person = _find(person_id)
    ended = people.sign_out(person.id, reason=cause, operator=_operator())
    click.echo(_summary(person))
    _tell_ended(ended)


@persons.command("sign-out-listed")
@click.argument("file", type=click.File("r"))
@_cause
@_told
def sign_out_listed(file: TextIO, cause: str) -> None:
    """End every login of everybody in a file that `idp audit affected` wrote; the worker does it."""
    count = people.sign_out_many(_listed(file), cause=cause, operator=_operator())
    click.echo(f"将结束{count}人的全部登录，由后台进程完成。The worker ends every login of {count} persons.")


def _listed(file: TextIO) -> list[str]:
    """The persons of a file; one line that is not understood, and nothing is done."""
    found = []
    for number, line in enumerate(file, start=1):
        person_id = _person_of(line)
        if not _ID.fullmatch(person_id):
            raise click.ClickException(
                f"第{number}行不是人员名单，未作任何操作。Line {number} names no person; nothing is done."
            )
        found.append(person_id)
    return found


def _person_of(line: str) -> str:
    try:
        return str(json.loads(line)["person"])
    except (ValueError, KeyError, TypeError):
        return ""


def _find(person_id: str | None) -> Person:
    """The person named, as the database has it now."""
    if person_id is not None:
        found = register.read(person_id)
    else:
        document = asked_document()
        found = register.find_by_identifier(document.id_type, document.value)
    if found is None:
        raise Rejected("person.unknown", "no such person", status=404)
    return found


def asked_document() -> register.number.IdNumber:
    """An ID number that is asked for and never an argument; raises ``Rejected``."""
    return register.number.parse(_ask())


def _ask() -> str:
    """An ID number, typed unseen or sent by a program."""
    if _terminal():
        return str(click.prompt("证件号码 ID number", hide_input=True))
    return sys.stdin.readline()


def _terminal() -> bool:
    return sys.stdin.isatty()


def _sure(person: Person, warning: str, *, yes: bool) -> None:
    click.echo(_summary(person))
    if not yes:
        click.confirm(f"{warning} 继续 Go on?", abort=True)


def _tell(person: Person, status: Status, stopped: people.Stopped) -> None:
    anew = "" if stopped.anew else "（此前已是此状态 it was so before）"
    click.echo(f"{_summary(person)}\n{_STATUSES[status]}{anew}")
    _tell_ended(stopped.ended)


def _tell_ended(ended: people.Ended) -> None:
    click.echo(
        f"下线 {ended.sessions} 处登录，作废 {ended.grants} 个保持授权，进入过的应用将收到通知。"
        f"Sessions ended: {ended.sessions}; offline grants: {ended.grants}; the portals entered will be told."
    )


def _summary(person: Person) -> str:
    return f"{person.id}  {person.name_masked}  {person.id_number_masked}"


def _refusal(refused: Rejected) -> str:
    if refused.code == "person.status":
        status = next((name for state, name in _STATUSES.items() if state == refused.why), refused.why)
        return f"账号当前状态不允许此操作：{status}。The state of the account does not allow this."
    return _REFUSALS.get(refused.code, refused.hint)


def _line(label: str, value: str) -> str:
    return f"{label}: {value}"


def _day(moment: int) -> str:
    return f"{clock.at(moment):%Y-%m-%d}"


def _operator() -> str:
    return os.environ.get("SUDO_USER") or getpass.getuser()
