"""What waits for a member of staff: of each kind how many there are, and where they are dealt with."""

from collections.abc import Callable, Iterator, Sized
from typing import NamedTuple

from clients import applications
from clients.applications import Application, Officer, State
from clients.applications.application import Step, demand_officer
from clients.applications.jobs import AHEAD
from idp import audit, logout, staff
from idp.base import clock
from idp.base.errors import Rejected
from idp.pages import mark
from idp.policies import kinds, queries
from idp.staff import Member

#: So many of a kind are counted; there may be more.
MANY = 100


class Waiting(NamedTuple):
    """So many of a kind."""

    name: str
    path: str
    number: int


class _Kind(NamedTuple):
    permission: str
    name: str
    path: str
    find: Callable[[Member], Sized]


def of(member: Member) -> Iterator[Waiting]:
    """What the member may deal with, kinds that nothing waits of left out."""
    for kind in _KINDS:
        if kind.permission in member.permissions and (number := len(kind.find(member))):
            yield Waiting(kind.name, kind.path, number)


def _reviews(member: Member) -> Sized:
    return _decidable(member, "submitted", "review")


def _approvals(member: Member) -> Sized:
    return _decidable(member, "reviewed", "approve")


def _decidable(member: Member, state: State, step: Step) -> Sized:
    officer = Officer(id=member.id, reach=member.reach, permissions=member.permissions)
    return [one for one in _applications(member, state) if _decides(one, officer, step)]


def _decides(application: Application, officer: Officer, step: Step) -> bool:
    try:
        demand_officer(application, officer, step)
    except Rejected:
        return False
    return True


def _applications(member: Member, *states: State, due_before: int = 0) -> tuple[Application, ...]:
    return applications.page(member.reach, states=states, due_before=due_before, most=MANY)


def _confirmations(member: Member) -> Sized:
    return _applications(member, "live", "suspended", due_before=clock.now() + AHEAD)


def _accounts(member: Member) -> Sized:
    return staff.members(member.reach, status="claimed", most=MANY)


def _alarms(member: Member) -> Sized:
    reach = member.reach
    return audit.alarms(open_only=True, limit=MANY, division=reach.division, department=reach.department)


def _notices(member: Member) -> Sized:
    return logout.notices(member.reach, "failed", most=MANY)


def _drafts(member: Member) -> Sized:
    return [
        one for one in queries.drafts(member.reach) if kinds.find(one.kind).permission in member.permissions
    ]


_KINDS = (
    _Kind("admin:alarms:read", mark("尚未结束的告警"), "alarms", _alarms),
    _Kind("admin:applications:review", mark("待审核的上线申请"), "applications", _reviews),
    _Kind("admin:applications:approve", mark("待批准的上线申请"), "applications", _approvals),
    _Kind("admin:applications:review", mark("将到期、须确认的应用"), "applications?show=due", _confirmations),
    _Kind("admin:roles:grant", mark("待启用的管理账号"), "staff?status=claimed", _accounts),
    _Kind("admin:deliveries:retry", mark("没有送达的退出通知"), "deliveries", _notices),
    _Kind("admin:policies:read", mark("尚未发布的策略草稿"), "policies", _drafts),
)
