"""Attack book L13, L27, P16: every page and every operation, tried by everybody on what is another's.

The walk is made from the routes: one that is added is walked, and one whose object or body nobody knows here
fails until somebody names it.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.admin.needs import OPEN, need_of
from idp.divisions import Reach
from idp.permissions import PERMISSIONS, Group
from idp.staff import ROLES
from tests.elsewhere import Things, things
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, Officer, department, grow_tree
from tests.policies import branding, item, rules
from tests.programs import Program, operations, program
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")

#: Files of people: of whoever began them and of nobody else, whatever the region (tests of their own).
PERSONAL = ("/admin/people/<token>", "/people/<inquiry>")
#: What operations read; whether an object is within reach is asked before anything in it is judged.
BODIES: dict[str, Any] = {
    "PUT /clients/<client_id>/standing": {"enabled": False, "cause": "x"},
    "PUT /filings/<application_id>": {"entry": {}},
    "PUT /staff/<staff_id>/networks": {"networks": []},
    "PUT /staff/<staff_id>/roles": {"roles": []},
    "POST /staff/<staff_id>/stop": {"cause": "x"},
    "POST /policies/rules/<division>/drafts": {"document": rules(min_level=4)},
    "POST /policies/items/<division>/drafts": {"items": {"A-1": item()}},
    "POST /policies/drafts/<draft_id>/publication": {"why": "试试"},
    "POST /policies/<kind>/<division>/versions/<number>/undo": {"why": "试试"},
    "POST /branding/<kind>/<division>/drafts": {"document": branding(hotline="12345")},
    "POST /branding/drafts/<draft_id>/publication": {"why": "试试"},
    "POST /branding/<kind>/<division>/versions/<number>/undo": {"why": "试试"},
}
#: What forms say: the version they were made from, too, so that nothing else refuses them.
FORM = {"version": "2", "why": "试试", "cause": "x", "outcome": "approved", "comment": "符合要求"}
GROUPS: tuple[Group, ...] = ("system", "security", "audit")
#: Lists that show nothing before somebody asks.
ASKED = {"/admin/records": "?search=1", "/admin/deliveries": "?state=failed"}


def pages(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, rule and permission of every page of the console, wherever its route was added."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin/") or rule.rule.startswith("/admin/api/"):
            continue
        need = need_of(app.view_functions[rule.endpoint])
        assert need is not None, f"{rule} names no permission"
        if need != OPEN:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule, need.permission


def address(rule: str, known: Things) -> str:
    """A route with the ids of what is there; a placeholder that nobody knows fails the walk."""
    named = known.branded if "/branding/" in rule else known.addressed
    return re.sub(r"<(\w+)>", lambda found: named[found[1]], rule)


def of_objects(routes: Iterator[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Those that name an object of some place."""
    for method, rule, permission in routes:
        if "<" in rule and not rule.startswith(PERSONAL) and "<code>" not in rule:
            yield method, rule, permission


def neighbours(level: str) -> tuple[Reach, Reach]:
    """Whose things are tried, and where those stand who try: a sibling, somebody below, a department."""
    grow_tree()
    if level == "department":
        return Reach(division=CITY), Reach(division=CITY, department=department(CITY))
    return {
        "sibling": (Reach(division=OTHER_PROVINCE), Reach(division=PROVINCE)),
        "parent": (Reach(division=PROVINCE), Reach(division=CITY)),
    }[level]


def caller(app: Flask, group: Group, place: Reach) -> Program:
    """A program with every power of one administration."""
    held = [name for name, permission in PERMISSIONS.items() if group in permission.groups]
    return program(app, *held, division=place.division, department=place.department)


def judge(answer: TestResponse, held: bool, what: str) -> None:
    """What is another's is not there; what one may not do one is told."""
    assert answer.status_code == (404 if held else 403), (what, answer.status_code, answer.text[:300])


@pytest.mark.parametrize("level", ["sibling", "parent", "department"])
@pytest.mark.parametrize("role", ROLES)
def test_l13_l27_p16_no_page_reaches_what_is_another_s(app: Flask, role: str, level: str) -> None:
    place, own = neighbours(level)
    known = things("faraway", place)
    officer = Officer(app, role, division=own.division, department=own.department)
    tried = 0
    denied = len(events("admin.deny"))
    with nothing_changed():
        for method, rule, permission in of_objects(pages(app)):
            path = address(rule, known)
            answer = officer.get(path) if method == "GET" else officer.post(path, FORM)
            judge(answer, permission in officer.member.permissions, f"{method} {rule}")
            tried += 1
    assert tried > 40
    assert len(events("admin.deny")) == denied + tried


@pytest.mark.parametrize("level", ["sibling", "parent", "department"])
@pytest.mark.parametrize("group", GROUPS)
def test_l13_l27_p16_no_operation_reaches_what_is_another_s(app: Flask, group: Group, level: str) -> None:
    place, own = neighbours(level)
    known, tried = things("faraway", place), 0
    one = caller(app, group, own)
    held = {name for name, permission in PERMISSIONS.items() if group in permission.groups}
    denied = len(events("admin.deny"))
    with nothing_changed():
        for method, rule, permission in of_objects(operations()):
            body = BODIES.get(f"{method} {rule}")
            answer = one.call(method, address(rule, known), body, **{"If-Match": '"v1"'})
            judge(answer, permission in held, f"{method} {rule}")
            tried += 1
    assert tried > 25
    assert len(events("admin.deny")) == denied + tried


@pytest.mark.parametrize("level", ["sibling", "parent", "department"])
def test_l13_p16_no_list_shows_what_is_another_s(app: Flask, level: str) -> None:
    """Whoever reaches the place finds each thing in some list; whoever does not finds none in any."""
    place, own = neighbours(level)
    known = things("faraway", place)
    own_lists, others = listed(app, place), listed(app, own)
    every, hidden = "".join(own_lists.values()), known.marks | known.own
    assert sorted(mark for mark in known.marks if mark not in every) == []
    assert sorted((where, mark) for where, text in others.items() for mark in hidden if mark in text) == []


def listed(app: Flask, place: Reach) -> dict[str, str]:
    """What the lists of the console and of the interface show to all roles of a place."""
    shown = {}
    for role in ROLES:
        officer = Officer(app, role, division=place.division, department=place.department)
        for method, rule, permission in pages(app):
            if method == "GET" and "<" not in rule and permission in {"", *officer.member.permissions}:
                shown[f"{role} {rule}"] = officer.get(rule + ASKED.get(rule, "")).text
    for group in GROUPS:
        one = caller(app, group, place)
        for method, rule, permission in operations():
            held = permission and group in PERMISSIONS[permission].groups
            if method == "GET" and "<" not in rule and held:
                shown[f"{group} {rule}"] = one.call("GET", rule).text
    return shown
