"""``idp admin``: what can only be done on the server itself: the first administrators, and a lost one."""

import click

from idp import settings
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.divisions import NATION, Reach
from idp.staff import queries, roles, service

_FIRST = {
    "system": "system_administrator",
    "security": "security_administrator",
    "audit": "audit_administrator",
}


@click.group("admin")
def admin() -> None:
    """Staff accounts: the first administrators, and new links for those who lost access."""


@admin.command()
@click.option("--system", metavar="LOGIN_NAME", help="系统管理员 The first system administrator.")
@click.option("--security", metavar="LOGIN_NAME", help="安全管理员 The first security administrator.")
@click.option("--audit", metavar="LOGIN_NAME", help="审计管理员 The first audit administrator.")
def bootstrap(**names: str | None) -> None:
    """Make the first administrators, three different persons, each by a one-time link.

    There is no default account. A role that somebody holds is granted in the console, not here.
    """
    wanted = {group: name for group, name in names.items() if name}
    if not wanted:
        raise click.UsageError("Name at least one: --system NAME --security NAME --audit NAME")
    if len(set(wanted.values())) < len(wanted):
        raise click.UsageError("三员须由不同人员担任。 The three must be different persons.")
    for group, name in wanted.items():
        role = roles.ROLES[_FIRST[group]]
        try:
            token = service.bootstrap(login_name=name, name=role.chinese, role=role.name)
        except Rejected as refused:
            raise click.ClickException(f"{name}: {refused.hint or refused.code}") from None
        _tell(f"{role.chinese} {role.english} {name}", token)


@admin.command()
@click.argument("login_name")
def link(login_name: str) -> None:
    """Make a new one-time link for somebody who lost the password or the generator."""
    member = queries.find_by_name(login_name)
    if member is None:
        raise click.ClickException("没有这个账号。 There is no such account.")
    _tell(login_name, service.new_link(member.id, actor=None))


@admin.command("list")
@click.option("--within", default=NATION, help="Only of this division and those below it.")
def list_staff(within: str) -> None:
    """List staff accounts by login name, with their roles."""
    after = ""
    while found := queries.members(Reach(division=within), after=after, most=100):
        for one in found:
            click.echo(f"{one.login_name:40} {one.division}  {one.status:10}{' '.join(one.roles)}")
        after = found[-1].login_name


@admin.command()
@click.argument("login_name")
@click.option("--cause", required=True, help="Why; stands in the record.")
def disable(login_name: str, cause: str) -> None:
    """Stop an account at once."""
    member = queries.find_by_name(login_name)
    if member is None:
        raise click.ClickException("没有这个账号。 There is no such account.")
    service.disable(member.id, cause=cause[:60], actor=None)
    click.echo(f"{member.login_name} 已停用 is disabled")


def _tell(whose: str, token: Secret) -> None:
    click.echo(f"{whose}")
    click.echo(f"  {settings.current().issuer}/admin/link/{token.reveal()}")
    click.echo("  24小时内有效，只能使用一次。 Good for 24 hours, once.")
