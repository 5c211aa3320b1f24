"""What the demonstration says in the terminal: Chinese, then English."""

import json
import sys
from pathlib import Path

import click

from idp.demo.plan import Plan
from idp.demo.stage import Stage
from idp.demo.views import PATH as INBOX
from idp.personas import find

#: Whom the terminal introduces, of a much larger cast.
SHOWN = ("zhang-shi", "li-shilan", "wang-shiqing", "zheng-shiqiang", "zhou-shimin")

TRY = (
    (
        "打开税务服务门户，点“统一身份认证登录”，用李示兰的证件号码和密码登录（没有二次验证，最快）。",
        "Open the tax portal, choose to log in, and use Li Shilan's number and password (no second factor).",
    ),
    (
        "在页面底部进入社会保障服务门户：不用再输入密码，而两个网站看到的用户代号并不相同。",
        "Go on to the social security portal at the foot of the page: no password, and another user code.",
    ),
    (
        "用张示登录企业开办服务门户：选择以示范甲一贸易有限公司的名义办理，再“切换身份”。",
        "Log in as Zhang Shi at the business portal, act for his company, then switch identity.",
    ),
    (
        "在任何一个网站点“全部退出”：三个网站和平台都会退出。",
        "Choose “Sign out everywhere” in any portal: all three and the platform are signed out.",
    ),
    (
        "在开发者中心建立沙箱应用、自查、申请上线；portal-officer审核，province-security批准。",
        "At Developers make and check a sandbox client, and apply; portal-officer, province-security decide.",
    ),
)


def tell(zh: str, en: str) -> None:
    """A line of progress; it goes to standard error so that ``--json`` keeps standard output clean."""
    click.echo(f"{zh} / {en}", err=True)


def port_taken(option: str, port: int) -> str:
    """Why the demonstration does not start, and what to type instead."""
    return (
        f"端口 {port} 已被占用。请结束占用它的程序，或用 {option} 换一个端口，例如：\n"
        f"Port {port} is taken. End the program that holds it, or choose another by {option}, for example:\n"
        f"  {_command()} {option} {port + 1000 if port < 60000 else 9080}"
    )


def _command() -> str:
    """The command that was typed, or that ``make`` typed, so that it can be typed again."""
    program = Path(sys.argv[0])
    if program.name != "idp":
        return "python -m idp.demo"
    here = Path.cwd()
    return f"{program.relative_to(here) if program.is_relative_to(here) else program} demo"


def already_running(folder: Path) -> str:
    """Why a second demonstration in the same folder does not start."""
    return (
        f"另一个演示正在使用 {folder}。请先按 Ctrl-C 结束它，或用 --folder 另选一个文件夹。\n"
        f"Another demonstration is using {folder}. End it with Ctrl-C first, or choose another --folder."
    )


def ready(plan: Plan, stage: Stage, *, seconds: float, as_json: bool) -> None:
    """Say that everything runs: for programs as one line of JSON, for people as a page."""
    click.echo(
        json.dumps(_facts(plan, stage), ensure_ascii=False) if as_json else _page(plan, stage, seconds)
    )


def _facts(plan: Plan, stage: Stage) -> dict[str, object]:
    return {
        "issuer": plan.issuer,
        "inbox": plan.issuer + INBOX,
        "portals": {portal.client_id: portal.address for portal in plan.portals},
        "people": {
            slug: {
                "name": person.name,
                "login": person.login,
                "password": person.password.reveal(),
                "totp": person.totp.reveal() if person.totp else None,
            }
            for slug, person in stage.people.items()
        },
        "staff": {
            one.login_name: {"password": one.password.reveal(), "totp": one.totp.reveal()}
            for one in stage.officers
        },
    }


def _page(plan: Plan, stage: Stage, seconds: float) -> str:
    lines = [
        "",
        f"演示已就绪，用时 {seconds:.0f} 秒。按 Ctrl-C 结束。",
        f"The demonstration is ready after {seconds:.0f} s. Press Ctrl-C to end it.",
        "",
        "网址 / Addresses",
        *(f"  {portal.address}/  {portal.name} / {portal.name_en}" for portal in plan.portals),
        f"  {plan.issuer}/  统一身份认证平台 / Identity platform",
        f"  {plan.issuer}/developers/  开发者中心 / Developers",
        f"  {plan.issuer}/admin/  管理控制台 / Administration console",
        f"  {plan.issuer}{INBOX}  开发收件箱（消息、动态口令） / Development inbox (messages, codes)",
        "",
        "可以登录的人，密码只在本次有效 / Who can log in; the passwords are of this start only",
        *(line for slug in SHOWN for line in _person(stage, slug)),
        "",
        "管理员，动态口令在开发收件箱 / Staff; their one-time codes are in the development inbox",
        *(
            f"  {one.login_name}  {one.password.reveal()}"
            f"  {one.place}{one.role} / {one.role_en}, {one.place_en}"
            for one in stage.officers
        ),
        "",
        "接着试试 / Try this next",
        *(f"  {number}. {zh}\n     {en}" for number, (zh, en) in enumerate(TRY, start=1)),
        "",
    ]
    return "\n".join(lines)


def _person(stage: Stage, slug: str) -> list[str]:
    person, persona = stage.people[slug], find(slug)
    totp = f"  动态口令密钥 / TOTP secret {person.totp.reveal()}" if person.totp else ""
    return [
        f"  {person.name}  {person.login}  {person.password.reveal()}{totp}",
        f"      {persona.note} / {persona.note_en}",
    ]
