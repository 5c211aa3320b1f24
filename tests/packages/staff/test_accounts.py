"""Staff accounts: who makes them, who gives them power, who may not."""

import pyotp
import pytest

from idp import staff
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.divisions import NATION, Reach
from idp.staff import Member, proof, queries, service, sessions
from idp.staff.member import PASSWORD_LIFETIME, STALE_AFTER, networks_of
from idp.store import redis
from tests.conftest import MovableClock
from tests.officers import (
    CITY,
    OTHER_PROVINCE,
    PASSWORD,
    PROVINCE,
    appointed,
    claimed,
    department,
    founder,
    grow_tree,
)
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


def made(reach: Reach | None = None, name: str = "newcomer") -> tuple[str, Secret]:
    return service.create(
        login_name=name, name="新人", reach=reach or Reach(division=NATION), actor=founder()
    )


def known(staff_id: str) -> Member:
    found = staff.find(staff_id)
    assert found
    return found


def test_there_is_no_account_before_the_first_is_made() -> None:
    assert staff.members(Reach(division=NATION)) == ()


def test_the_first_holder_of_a_role_is_made_once() -> None:
    assert founder("audit_administrator").status == "active"
    with pytest.raises(Rejected, match=r"staff\.bootstrap"):
        service.bootstrap(login_name="second", name="二", role="audit_administrator")


def test_a_new_account_has_no_power_and_waits_for_security_administration() -> None:
    staff_id, token = made()
    member, generator = claimed(token)
    assert (member.status, member.permissions) == ("claimed", frozenset())
    assert not proof.both(member, PASSWORD, generator.at(clock.now() + 30))
    service.confirm(staff_id, actor=founder("security_administrator"))
    assert known(staff_id).status == "active"


def test_a_link_is_good_once_and_for_a_day(time_travel: MovableClock) -> None:
    _, token = made()
    generator = pyotp.TOTP(pyotp.random_base32())
    with pytest.raises(Rejected, match="AUTH-003"):
        service.claim(token.reveal(), PASSWORD, Secret(generator.secret), "000000x")
    claimed(token)
    with pytest.raises(Rejected, match=r"staff\.link"):
        claimed(token)
    _, late = made(name="latecomer")
    time_travel.advance(service.LINK_LIFETIME)
    with pytest.raises(Rejected, match=r"staff\.link"):
        claimed(late)


def test_whoever_renews_a_link_does_not_become_somebody_else() -> None:
    officer, generator = appointed("security_administrator")
    cookie = sessions.start(officer)
    token = service.new_link(officer.id, actor=founder())
    assert sessions.find(cookie) is None, "who is logged in is out at once"
    assert not proof.both(known(officer.id), PASSWORD, generator.now())
    claimed(token)
    assert known(officer.id).status == "claimed", "another has to say that it was the right person"


def test_nobody_decides_about_himself() -> None:
    security = founder("security_administrator")
    for act in (
        lambda: service.grant(security.id, ("support",), actor=security),
        lambda: service.confirm(security.id, actor=security),
        lambda: service.disable(security.id, cause="x", actor=security),
        lambda: service.new_link(security.id, actor=security),
        lambda: service.limit_networks(security.id, (), actor=security),
    ):
        with pytest.raises(Rejected, match=r"staff\.own"):
            act()
    assert known(security.id).roles == ("security_administrator",)


@pytest.mark.parametrize(
    "names",
    [
        ("system_administrator", "security_administrator"),
        ("support", "audit_administrator"),
        ("security_administrator", "audit_administrator"),
    ],
)
def test_one_person_holds_roles_of_one_administration(names: tuple[str, ...]) -> None:
    staff_id, _ = made()
    with pytest.raises(Rejected, match=r"role\.separation"):
        service.grant(staff_id, names, actor=founder("security_administrator"))
    assert known(staff_id).roles == ()
    assert [event for event in events("staff.roles") if staff_id in event.detail] == []


def test_no_role_can_both_make_accounts_and_empower_them() -> None:
    for role in staff.ROLES.values():
        assert not {"admin:staff:write", "admin:roles:grant"} <= role.permissions, role.name
        if role.group != "audit":
            assert not any(name.startswith("admin:audit:") for name in role.permissions), role.name


def test_nobody_out_of_reach_is_there() -> None:
    grow_tree()
    there, _ = appointed(division=OTHER_PROVINCE)
    security, _ = appointed("security_administrator", division=PROVINCE)
    system, _ = appointed("system_administrator", division=PROVINCE)
    before = known(there.id)
    for act in (
        lambda: service.grant(there.id, ("support",), actor=security),
        lambda: service.disable(there.id, cause="x", actor=system),
        lambda: service.new_link(there.id, actor=system),
        lambda: service.limit_networks(there.id, (), actor=system),
        lambda: service.create(login_name="abc", name="某", reach=Reach(division=NATION), actor=system),
        lambda: service.create(
            login_name="abc", name="某", reach=Reach(division=CITY, department="nowhere"), actor=system
        ),
    ):
        with pytest.raises(Rejected) as refused:
            act()
        assert refused.value.status == 404
    assert known(there.id) == before
    assert staff.find_by_name("abc") is None


def test_a_department_has_its_own_administrators() -> None:
    grow_tree()
    bureau = department(CITY)
    own, _ = appointed("system_administrator", division=CITY, department=bureau)
    staff_id, _ = service.create(login_name="colleague", name="同事", reach=own.reach, actor=own)
    assert [one.id for one in staff.members(own.reach)] == sorted(
        (own.id, staff_id), key=lambda one: known(one).login_name
    )
    with pytest.raises(Rejected):
        service.create(login_name="cityman", name="市", reach=Reach(division=CITY), actor=own)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Short-Pass1", "password.short"),
        ("alllowercaseletters", "password.classes"),
        ("Password-123456", "password.common"),
        ("Newcomer-Nine-42", "password.context"),
    ],
)
def test_passwords_of_staff_are_complex(password: str, code: str) -> None:
    _, token = made()
    with pytest.raises(Rejected, match=code):
        claimed(token, password)
    claimed(token)


def test_the_last_five_passwords_are_not_taken_again() -> None:
    member, _ = appointed()
    passwords = [f"Nine-Lanterns-{number}" for number in range(50, 56)]
    for password in passwords[:4]:
        service.change_password(known(member.id), password)
    for former in (PASSWORD, *passwords[:4]):
        with pytest.raises(Rejected, match=r"password\.former"):
            service.change_password(known(member.id), former)
    service.change_password(known(member.id), passwords[4])
    service.change_password(known(member.id), PASSWORD)


def test_a_password_is_changed_every_90_days(time_travel: MovableClock) -> None:
    member, _ = appointed()
    time_travel.advance(PASSWORD_LIFETIME - 1)
    assert not known(member.id).password_expired
    time_travel.advance(2)
    assert known(member.id).password_expired


def test_accounts_nobody_uses_are_stopped(time_travel: MovableClock) -> None:
    idle, _ = appointed("support")
    time_travel.advance(STALE_AFTER - 60)
    busy, _ = appointed("support")
    assert service.disable_unused() == 0
    time_travel.advance(120)
    service.disable_unused()
    assert (known(idle.id).status, known(busy.id).status) == ("disabled", "active")
    claimed(service.new_link(idle.id, actor=None))
    assert service.disable_unused() == 0, "who was given access anew is not stopped before the first login"
    assert known(idle.id).status == "active"


def test_a_code_is_good_once(time_travel: MovableClock) -> None:
    member, generator = appointed("support")
    time_travel.advance(60)
    code = generator.at(clock.now())
    assert proof.both(member, PASSWORD, code)
    assert not proof.both(member, PASSWORD, code)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0/99",
        "10.0.0.1/8",
        "everywhere",
        " ".join(["10.0.0.1"] * 1 + [f"10.0.{n}.0/24" for n in range(20)]),
    ],
)
def test_networks_are_written_as_networks(text: str) -> None:
    with pytest.raises(Rejected, match=r"staff\.networks"):
        networks_of(text)


def test_sessions_end_idle_at_their_limit_and_when_roles_change(time_travel: MovableClock) -> None:
    member, _ = appointed("support")
    cookie = sessions.start(member)
    for _ in range(15):
        time_travel.advance(sessions.ABSOLUTE / 16)
        assert sessions.find(cookie)
    time_travel.advance(sessions.ABSOLUTE / 16)
    assert sessions.find(cookie) is None
    other = sessions.start(member)
    assert (sessions.IDLE, sessions.ABSOLUTE, sessions.FRESH) == (900, 4 * 3600, 300)
    record = sessions._records.key(other)
    for _ in range(2):
        assert 890 <= redis.call("TTL", record) <= 900
        redis.call("EXPIRE", record, 60)
        assert sessions.find(other), "looked at, it idles from the beginning"
    service.grant(member.id, (), actor=founder("security_administrator"))
    assert sessions.find(other) is None


@pytest.mark.parametrize("late", [False, True])
def test_of_two_who_read_a_link_at_once_one_uses_it_and_none_too_late(
    late: bool, monkeypatch: pytest.MonkeyPatch, time_travel: MovableClock
) -> None:
    """Both have found it good before either has used it."""
    staff_id, token = service.create(
        login_name="newcomer",
        name="新人",
        reach=Reach(division=NATION),
        actor=founder("system_administrator"),
    )
    monkeypatch.setattr(queries, "linked", lambda _: staff.find(staff_id))
    if late:
        time_travel.advance(service.LINK_LIFETIME)
    else:
        claimed(token)
    with nothing_changed(), pytest.raises(Rejected, match=r"staff\.link"):
        claimed(token)
