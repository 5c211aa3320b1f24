"""Attack book, groups L, N and Q at the console: other regions, late acts, hostile texts, masks."""

import re
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from idp import persons, staff
from idp.admin.needs import need_of
from idp.base.errors import Rejected
from idp.divisions import NATION, Reach
from idp.divisions import service as tree
from idp.pages import cookies
from idp.persons import service as register
from idp.staff import ROLES, service, sessions
from idp.store import db
from tests.attacks.test_n_sweep import NASTY, is_clean
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE, Officer, claimed, grow_tree, landed
from tests.packages.admin.test_console import pages_of
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

NUMBER = "010101198504123013"
GROUNDS = {"case": "12345-2026-0007", "reason": "本人来电求助", "number": NUMBER}
MARKUP = "<i>x{{7*7}}"
#: What forms and lists of the console read.
PARAMETERS = (
    "after", "case", "client", "lines", "name", "next", "number", "place", "q", "reason", "role", "x",
)  # fmt: skip


@pytest.mark.parametrize("where", [OTHER_CITY, PROVINCE, OTHER_PROVINCE, ""])
def test_l13_l27_a_person_of_elsewhere_is_not_there(app: Flask, where: str) -> None:
    away = register.register(full_name="张示", id_number=NUMBER, service_region=where, source="test")
    officer = Officer(app, "security_administrator", division=CITY)
    with one_event("people.search"):
        assert officer.post("/admin/people", GROUNDS, page="/admin/people").status_code == 404
    refused = events("people.search")[-1]
    assert (refused.person, refused.outcome, refused.reason) == (away, "refused", "out of reach")
    assert officer.member.id in refused.detail


def test_l13_l27_another_members_file_is_not_there(app: Flask) -> None:
    grow_tree()
    register.register(full_name="张示", id_number=NUMBER, service_region=CITY, source="test")
    own, other = (Officer(app, "security_administrator", division=CITY) for _ in range(2))
    path = landed(own.post("/admin/people", GROUNDS, page="/admin/people"))
    for verb in ("", "/freeze", "/unfreeze", "/unlock", "/reprove", "/sign-out", "/close"):
        with one_event("admin.deny"):
            answer = other.post(path + verb) if verb else other.get(path)
        assert answer.status_code == 404, verb
    assert persons.find_by_identifier("111", NUMBER).active  # type: ignore[union-attr]
    assert own.get(path).status_code == 200


def test_l20_a_sensitive_act_long_after_the_login_asks_for_the_code(
    app: Flask, time_travel: MovableClock
) -> None:
    """Every form that changes something for others, whoever may send it."""
    for role in ROLES:
        officer = Officer(app, role)
        time_travel.advance(sessions.FRESH)
        for method, path, view in pages_of(app):
            need = need_of(view)
            if method != "POST" or need is None or need.permission not in officer.member.permissions:
                continue
            if need.fresh:
                with nothing_changed():
                    answer = officer.post(path)
                assert landed(answer) == "/admin/confirm", path
            else:
                assert UNHURRIED.fullmatch(path), f"{path} does not ask for the code again"


#: What members do without showing the code again: looking somebody up, putting the file away, and preparing
#: what holds for nobody until it is published or applied.
UNHURRIED = re.compile(
    "/admin/people(?:/none/close)?|/admin/configuration|/admin/policies/sheet"
    "|/admin/policies/(?:items|rules|branding|notices)/[^/]+/(?:edit|remove)"
    "|/admin/(?:policies|branding)/drafts/[^/]+/discard"
)


def test_k14_no_late_proof_brings_a_session_of_staff_back(app: Flask) -> None:
    """Two windows: one logs out while the other sends the code, or a new password."""
    officer = Officer(app, "support")
    kept = officer.http.get_cookie(cookies.name("staff"), domain="127.0.0.1")
    assert kept
    found = sessions.find(kept.value)
    assert found
    sessions.end(kept.value)
    with nothing_changed(), pytest.raises(Rejected, match="AUTH-007"):
        sessions.proved(kept.value, found[0])


def test_l23_a_link_made_meanwhile_is_not_confirmed_with_the_one_before(app: Flask) -> None:
    """Whoever makes links must not slip himself in between the question and the answer."""
    system, security = Officer(app, "system_administrator"), Officer(app, "security_administrator")
    staff_id, token = service.create(
        login_name="newcomer", name="新人", reach=Reach(division=NATION), actor=system.member
    )
    claimed(token)
    own = f"/admin/staff/{staff_id}"
    seen = re.search(r'name="version" value="([0-9]+)"', security.get(own).text)
    assert seen
    claimed(service.new_link(staff_id, actor=system.member))
    for form in ({"version": seen[1]}, {"version": ""}):
        with nothing_changed():
            assert security.post(f"{own}/confirm", form, page=own).status_code == 400
    found = staff.find(staff_id)
    assert found
    assert found.status == "claimed"
    assert landed(security.post(f"{own}/confirm", page=own)) == own


def test_l23_of_two_officers_who_set_roles_at_once_the_second_is_told(app: Flask) -> None:
    security, other = Officer(app, "security_administrator"), Officer(app, "support")
    own = f"/admin/staff/{other.member.id}"
    assert landed(security.post(f"{own}/roles", {"role": ["portal_officer"]}, page=own)) == own
    for verb, form in (("roles", {"role": ["support"]}), ("roles", {})):
        with nothing_changed():
            late = security.post(f"{own}/{verb}", {**form, "version": other.member.version}, page=own)
        assert late.status_code == 400
    assert staff.find(other.member.id).roles == ("portal_officer",)  # type: ignore[union-attr]


def test_n01_a_nul_is_refused_before_any_page_looks_for_it(app: Flask) -> None:
    """PostgreSQL takes none in a text; alone in each place, so that no other value hides it."""
    officers = {role: Officer(app, role) for role in ROLES}
    for method, path, view in pages_of(app):
        need = need_of(view)
        assert need is not None
        for officer in officers.values():
            if need.permission and need.permission not in officer.member.permissions:
                continue
            odd = path.replace("none", "a%00b")
            where = [(odd, {})] * (odd != path)
            where += [(f"{path}?{name}=a%00b", {}) for name in ("after", "q")]
            where += [(path, {name: "a\0b"}) for name in ("place", "login_name")] * (method == "POST")
            for address, form in where:
                answer = officer.get(address) if method == "GET" else officer.post(address, form)
                assert answer.status_code == 400, (method, address, form)
            break


@pytest.mark.parametrize("role", ROLES)
def test_n01_n09_n21_no_parameter_breaks_a_page_of_the_console(app: Flask, role: str) -> None:
    officer = Officer(app, role)
    kinds = sorted(NASTY)
    for turn in range(len(kinds)):
        whole = {name: NASTY[kinds[(at + turn) % len(kinds)]][:3000] for at, name in enumerate(PARAMETERS)}
        for method, path, view in pages_of(app):
            need = need_of(view)
            if need is None or need.permission not in officer.member.permissions:
                continue
            if method == "GET":
                is_clean(officer.get(f"{path}?{urlencode(whole)}"))
            elif turn % 6 == 0:
                is_clean(officer.post(path, whole))


def test_n21_stored_markup_is_text_on_every_page_of_the_console(app: Flask) -> None:
    line = f"{PROVINCE},{MARKUP},{MARKUP}"
    tree.import_divisions(line, reach=Reach(division=NATION), operator="test")
    tree.add_department(
        division=PROVINCE, name=MARKUP, name_en=MARKUP, reach=Reach(division=NATION), operator="test"
    )
    for role in ROLES:
        officer = Officer(app, role)
        with db.writing_engine().begin() as connection:
            connection.execute(text("UPDATE staff SET name = :name"), {"name": MARKUP})
        shown = "".join(officer.get(path).text for method, path, _ in pages_of(app) if method == "GET")
        assert "&lt;i&gt;x{{7*7}}" in shown
        assert "<i>x" not in shown
        assert "x49" not in shown


def test_q13_the_console_masks_as_every_other_page_does(app: Flask) -> None:
    grow_tree()
    person_id = register.register(
        full_name="张示范", id_number=NUMBER, phone_number="13800001234", service_region=CITY, source="test"
    )
    officer = Officer(app, "support", division=CITY)
    page = officer.get(landed(officer.post("/admin/people", GROUNDS, page="/admin/people"))).text
    person = persons.read(person_id)
    assert person
    assert {person.name_masked, person.id_number_masked, person.phone_masked} <= set(
        re.findall(r"[^<>\s]+", page)
    )
    digits = set(re.findall(r"\d{4,}", re.sub(r'(value|href|src|action)="[^"]*"', "", page)))
    assert not {run for run in digits if run in NUMBER or run in "13800001234"} - {"1234"}
