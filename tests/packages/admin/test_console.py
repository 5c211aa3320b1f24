"""The console: the way in, the guard in front of every page, and what its pages do."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask
from werkzeug.test import Client as Browser

from idp import settings, staff
from idp.admin.needs import need_of
from idp.base import clock
from idp.divisions import NATION, Reach
from idp.permissions import PERMISSIONS
from idp.staff import ROLES, service, sessions
from idp.staff.member import PASSWORD_LIFETIME
from idp.store import redis
from tests.actors import ISSUER
from tests.conftest import MovableClock
from tests.officers import (
    CITY,
    HERE,
    OTHER_CITY,
    PASSWORD,
    PROVINCE,
    Officer,
    appointed,
    founder,
    grow_tree,
    landed,
)
from tests.records import events, one_event

pytestmark = pytest.mark.usefixtures("stores")


def pages_of(app: Flask) -> Iterator[tuple[str, str, object]]:
    """Every route of the console, whoever added it: method, path with example values, view."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin/") and not rule.rule.startswith("/admin/api/"):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, re.sub(r"<[^>]+>", "none", rule.rule), app.view_functions[rule.endpoint]


def test_every_page_says_what_it_needs(app: Flask) -> None:
    for method, path, view in pages_of(app):
        assert need_of(view) is not None, f"{method} {path} names no permission"


def test_every_permission_is_held_by_some_role() -> None:
    held = frozenset().union(*(role.permissions for role in ROLES.values()))
    assert held == PERMISSIONS.keys()


@pytest.mark.parametrize("role", [None, *ROLES])
def test_each_role_opens_what_its_permissions_name_and_nothing_else(role: str | None, app: Flask) -> None:
    officer = Officer(app, *([role] if role else []))
    for method, path, view in pages_of(app):
        need = need_of(view)
        assert need is not None
        if not need.permission:
            continue
        officer.enter()
        answer = officer.get(path) if method == "GET" else officer.post(path)
        if need.permission in officer.member.permissions:
            assert answer.status_code != 403, f"{role}: {method} {path}"
        else:
            assert answer.status_code == 403, f"{role}: {method} {path}"


def test_nobody_comes_in_without_a_session(app: Flask) -> None:
    stranger = Browser(app)
    for method, path, view in pages_of(app):
        need = need_of(view)
        if need is not None and need.member and method == "GET":
            answer = stranger.get(path, base_url=ISSUER, environ_base=HERE)
            assert landed(answer) == "/admin/login", path


def test_a_member_logs_in_with_name_password_and_code(app: Flask, time_travel: MovableClock) -> None:
    member, generator = appointed("support")
    time_travel.advance(60)
    officer = Officer(app)
    officer.http.delete_cookie("staff", domain="127.0.0.1")
    form = {"login_name": member.login_name.upper(), "password": PASSWORD, "next": "/admin/password"}
    wrong = officer.post("/admin/login", {**form, "code": "000000"}, page="/admin/login")
    absent = officer.post("/admin/login", {**form, "login_name": "nobody-here"}, page="/admin/login")
    assert (wrong.status_code, absent.status_code) == (400, 400)
    right = officer.post("/admin/login", {**form, "code": generator.at(clock.now())}, page="/admin/login")
    assert landed(right) == "/admin/password"
    assert "SameSite=Strict" in right.headers["Set-Cookie"]
    assert "HttpOnly" in right.headers["Set-Cookie"]
    assert officer.get("/admin/").status_code == 200
    assert [event.kind for event in events("staff.login_failed")] == ["staff.login_failed"] * 2
    assert landed(officer.post("/admin/logout")) == "/admin/login"
    assert landed(officer.get("/admin/")) == "/admin/login"


def test_guessing_at_an_account_is_held_back(app: Flask) -> None:
    officer = Officer(app)
    officer.http.delete_cookie("staff", domain="127.0.0.1")
    form = {"login_name": officer.member.login_name, "password": "wrong", "code": "000000"}
    answers = [officer.post("/admin/login", form, page="/admin/login").status_code for _ in range(7)]
    assert answers[:5] == [400] * 5
    assert answers[-1] == 429


def test_spaces_around_a_name_buy_no_further_tries(app: Flask) -> None:
    officer = Officer(app)
    officer.http.delete_cookie("staff", domain="127.0.0.1")
    answers = []
    for turn in range(7):
        name = officer.member.login_name + "".join("\u3000 "[turn >> bit & 1] for bit in range(60)) + "x"
        form = {"login_name": name, "password": "wrong", "code": "000000"}
        answers.append(officer.post("/admin/login", form, page="/admin/login").status_code)
    assert answers == [400] * 5 + [429] * 2


def test_after_the_login_one_goes_only_to_pages_of_the_console(app: Flask) -> None:
    officer = Officer(app, "support")
    for elsewhere in ("https://evil.example/", "//evil.example/admin/", "/account/", "/admin\\evil"):
        assert landed(officer.get("/admin/login", query_string={"next": elsewhere})) == "/admin/"


def test_sensitive_verbs_ask_for_the_code_again(app: Flask, time_travel: MovableClock) -> None:
    officer = Officer(app, "system_administrator")
    time_travel.advance(sessions.FRESH)
    form = {"login_name": "newbie", "name": "新", "place": "000000"}
    assert landed(officer.post("/admin/staff", form)) == "/admin/confirm"
    assert staff.find_by_name("newbie") is None
    assert officer.post("/admin/confirm", {"code": "12345"}).status_code == 400
    old = officer.http.get_cookie("staff", domain="127.0.0.1")
    answer = officer.post(
        "/admin/confirm", {"code": officer.generator.at(clock.now()), "next": "/admin/staff/new"}
    )
    assert landed(answer) == "/admin/staff/new"
    new = officer.http.get_cookie("staff", domain="127.0.0.1")
    assert old
    assert new
    assert old.value != new.value
    assert sessions.find(old.value) is None
    assert "/admin/link/" in officer.post("/admin/staff", form).text
    assert staff.find_by_name("newbie")


def test_a_link_leads_from_password_and_generator_to_a_confirmed_account(app: Flask) -> None:
    system, security = Officer(app, "system_administrator"), Officer(app, "security_administrator")
    page = system.post("/admin/staff", {"login_name": "newbie", "name": "新人", "place": "000000"}).text
    path = re.search(r"(/admin/link/[\w-]+)", page)
    assert path
    newbie = Officer(app)
    newbie.http.delete_cookie("staff", domain="127.0.0.1")
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', newbie.get(path[1]).text)
    assert secret
    kept = [redis.call("GET", key) or b"" for key in redis.call("KEYS", "staff-link*")]
    assert kept
    assert not any(secret[1].replace(" ", "").encode() in record for record in kept)
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(clock.now())
    form = {"password": PASSWORD, "again": PASSWORD, "code": code}
    assert newbie.post(path[1], {**form, "again": "other"}, page=path[1]).status_code == 400
    assert newbie.post(path[1], {**form, "password": "x", "again": "x"}, page=path[1]).status_code == 400
    assert "安全管理员" in newbie.post(path[1], form, page=path[1]).text
    assert newbie.get(path[1]).status_code == 404
    found = staff.find_by_name("newbie")
    assert found
    assert found.status == "claimed"
    own = f"/admin/staff/{found.id}"
    assert landed(security.post(f"{own}/confirm", page=own)) == own
    mixed = {"role": ["support", "audit_administrator"]}
    assert "三员分立" in security.post(f"{own}/roles", mixed, page=own).text
    assert landed(security.post(f"{own}/roles", {"role": ["support"]}, page=own)) == own
    assert staff.find(found.id).roles == ("support",)  # type: ignore[union-attr]


def test_whoever_opens_a_link_first_does_not_know_the_generator_of_its_owner(app: Flask) -> None:
    staff_id, token = service.create(
        login_name="newbie",
        name="新人",
        reach=Reach(division=NATION),
        actor=founder("system_administrator"),
    )
    path = f"/admin/link/{token.reveal()}"
    curious, owner = Browser(app), Browser(app)
    shown = [
        re.findall(r'id="secret">([A-Z2-7 ]+)<', browser.get(path, base_url=ISSUER, environ_base=HERE).text)
        for browser in (curious, owner, owner)
    ]
    assert shown[0] != shown[1] == shown[2]
    page = owner.get(path, base_url=ISSUER, environ_base=HERE).text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf
    form = {"csrf_token": csrf[1], "password": PASSWORD, "again": PASSWORD}
    for secret, status in ((shown[0][0], "invited"), (shown[1][0], "claimed")):
        form["code"] = pyotp.TOTP(secret.replace(" ", "")).at(clock.now())
        owner.post(path, data=form, base_url=ISSUER, environ_base=HERE)
        assert staff.find(staff_id).status == status  # type: ignore[union-attr]
    assert curious.get(path, base_url=ISSUER, environ_base=HERE).status_code == 404


def test_an_expired_password_is_changed_before_anything_else(app: Flask, time_travel: MovableClock) -> None:
    officer = Officer(app, "support")
    time_travel.advance(PASSWORD_LIFETIME)
    officer.enter()
    assert landed(officer.get("/admin/")) == "/admin/password"
    form = {"password": "Ten-Lanterns-43", "again": "Ten-Lanterns-43"}
    assert officer.post("/admin/password", {**form, "code": "000000"}).status_code == 400
    form["code"] = officer.generator.at(clock.now())
    assert landed(officer.post("/admin/password", form)) == "/admin/"
    assert officer.get("/admin/").status_code == 200


def test_outside_the_networks_of_staff_there_is_no_console(
    app: Flask, test_settings: settings.Settings
) -> None:
    officer = Officer(app, "support")
    settings.use(test_settings.model_copy(update={"staff_networks": ("192.0.2.0/24",)}))
    assert officer.get("/admin/login").status_code == 404
    assert officer.get("/admin/").status_code == 404
    assert [event.reason for event in events("admin.deny")] == ["network", "network"]


def test_an_account_is_used_from_its_own_networks_only(app: Flask, time_travel: MovableClock) -> None:
    system, officer = Officer(app, "system_administrator"), Officer(app, "support")
    own = f"/admin/staff/{officer.member.id}"
    assert system.post(f"{own}/networks", {"networks": "nowhere"}, page=own).status_code == 400
    assert landed(system.post(f"{own}/networks", {"networks": "192.0.2.0/24"}, page=own)) == own
    officer.enter()
    assert officer.get("/admin/").status_code == 404
    time_travel.advance(60)
    officer.http.delete_cookie("staff", domain="127.0.0.1")
    form = {"login_name": officer.member.login_name, "password": PASSWORD}
    form["code"] = officer.generator.at(clock.now())
    with one_event("staff.login_failed"):
        assert officer.post("/admin/login", form, page="/admin/login").status_code == 400
    assert '"network"' in events("staff.login_failed")[-1].detail


def test_a_place_out_of_reach_is_not_there(app: Flask) -> None:
    grow_tree()
    system = Officer(app, "system_administrator", division=CITY)
    other, _ = appointed("support", division=OTHER_CITY)
    above, _ = appointed("support", division=PROVINCE)
    for one in (other, above):
        assert system.get(f"/admin/staff/{one.id}").status_code == 404
        assert system.post(f"/admin/staff/{one.id}/disable").status_code == 404
        assert one.login_name not in system.get("/admin/staff").text
        assert staff.find(one.id).status == "active"  # type: ignore[union-attr]
    denied = events("admin.deny")
    assert len(denied) == 4
    assert all(system.member.id in event.detail for event in denied)


def test_divisions_are_imported_whole_or_not_at_all(app: Flask) -> None:
    system = Officer(app, "system_administrator")
    lines = "010000,示范省,Demo Province\n010100,示范市,Demo City"
    page = system.post("/admin/places/import", {"lines": lines + "\nx,y,z"}, page="/admin/places")
    assert page.status_code == 400
    assert "第3行：行政区划代码须为六位数字" in page.text
    for wrong, told in (
        ("010101,甲,A", "010101的上级010100不存在"), ("010000,甲", "第1行：须有三列"),
        ("010000,,A", "第1行：名称须为"), ("010000,甲,A\n010000,乙,B", "第2行：代码重复出现"),
        ("000000,甲,A", "第1行：全国"), ("010001,甲,A", "没有地市级"),
    ):  # fmt: skip
        again = system.post("/admin/places/import", {"lines": wrong}, page="/admin/places")
        assert (again.status_code, told in again.text) == (400, True), wrong
    assert (
        landed(system.post("/admin/places/import", {"lines": lines}, page="/admin/places")) == "/admin/places"
    )
    form = {"division": "010100", "name": "示范局", "name_en": "Demo Bureau"}
    assert landed(system.post("/admin/places/departments", form, page="/admin/places")) == "/admin/places"
    assert "示范局" in system.get("/admin/places").text
