"""Attack book, group L at the interface for programs: other regions, other tokens, powers nobody gave."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client as Browser

from clients import applications
from clients import service as registry
from idp import announcements, staff
from idp.announcements import service as telling
from idp.base import clock
from idp.oidc import bearer
from idp.permissions import PERMISSIONS, Group
from idp.persons import service as register
from idp.tokens.mint import AccessToken
from tests.actors import Person, Portal, portal
from tests.applying import registration, submitted
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE, appointed, grow_tree
from tests.packages.admin.test_api import OPERATIONS
from tests.packages.admin.test_portals import notice
from tests.programs import Program, program
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

MANY = 8
NUMBER = "010101198504123013"


def of_group(app: Flask, group: Group, division: str) -> Program:
    """A program with every power of one administration."""
    held = [name for name, permission in PERMISSIONS.items() if group in permission.groups]
    return program(app, *held, division=division)


def elsewhere() -> Iterator[tuple[Group, str, str, Any]]:
    """Things of another province, and what somebody might try at each."""
    grow_tree()
    portal("far", division=OTHER_PROVINCE)
    member, _ = appointed("support", division=OTHER_PROVINCE)
    begin, end = clock.now(), clock.now() + 86_400
    told = telling.announce("far", text="公告", text_en="News", starts_at=begin, ends_at=end, operator="x")
    own = f"/staff/{member.id}"
    yield "system", "GET", "/clients/far", None
    yield "security", "PUT", "/clients/far/standing", {"enabled": False, "cause": "x"}
    yield "system", "GET", "/announcements?client_id=far", None
    yield "system", "DELETE", f"/announcements/{told}", None
    yield "system", "GET", "/deliveries?client_id=far", None
    yield "system", "POST", f"/deliveries/{notice('far')}/retry", None
    yield "system", "POST", "/deliveries/retry", {"client_id": "far"}
    yield "system", "GET", "/statistics?client_id=far", None
    yield "system", "GET", own, None
    yield "system", "POST", f"{own}/link", None
    yield "system", "POST", f"{own}/stop", {"cause": "x"}
    yield "system", "PUT", f"{own}/networks", {"networks": []}
    yield "security", "PUT", f"{own}/roles", {"roles": []}
    yield "system", "POST", "/filings", {"client_id": "new-one", "division": OTHER_PROVINCE}
    yield "system", "POST", "/departments", {"division": OTHER_PROVINCE, "name": "局", "name_en": "Bureau"}


def test_l13_l27_what_is_of_another_region_is_not_there_and_the_try_is_on_record(app: Flask) -> None:
    tried = list(elsewhere())
    callers = {group: of_group(app, group, PROVINCE) for group in ("system", "security")}  # type: ignore[arg-type]
    for group, method, path, body in tried:
        caller = callers[group]
        with one_event("admin.deny"), nothing_changed():
            answer = caller.call(method, path, body, **{"If-Match": '"v1"'})
        assert answer.status_code == 404, (method, path, answer.text)
        denied = events("admin.deny")[-1]
        assert f"client:{caller.client.client.client_id}" in denied.detail


def test_l13_no_reference_tells_that_a_person_is_there_elsewhere(app: Flask) -> None:
    """Absent and elsewhere are one answer, also for whoever asks afterwards what was decided."""
    grow_tree()
    register.register(full_name="张示", id_number=NUMBER, service_region=OTHER_CITY, source="test")
    support = program(app, "admin:people:search", "admin:explain:read", division=CITY)
    told = []
    for number, reason in ((NUMBER, "out of reach"), ("010101199001011014", "nobody")):
        sent = {"number": number, "case": "12345-2026-0007", "reason": "本人来电求助"}
        answer = support.call("POST", "/people", sent)
        assert answer.status_code == 404
        assert answer.json
        assert events("people.search")[-1].reason == reason
        found = support.call("GET", f"/explanations?reference={answer.json['reference']}")
        told.append(found.json)
    assert told == [{"decisions": []}, {"decisions": []}]


def test_l19_a_token_of_another_kind_opens_no_operation(app: Flask, me: Person, tax: Portal) -> None:
    tokens = me.tokens(tax, scope="openid profile offline_access")
    stranger = program(app, "data.query")
    own = stranger.token
    for token in (tokens["access_token"], tokens["id_token"], tokens["refresh_token"], own):
        stranger.token = token
        with nothing_changed():
            for method, path, permission in OPERATIONS:
                if permission:
                    assert stranger.call(method, path, {}).status_code in (401, 403), (method, path)


def test_l19_a_token_of_a_person_opens_nothing_whatever_its_scopes(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No portal of citizens is given such a scope; were it, the interface is for programs all the same."""
    one, real = program(app, "admin:clients:read"), bearer.read

    def of_somebody(*args: Any, **kwargs: Any) -> AccessToken:
        token = real(*args, **kwargs)
        return replace(token, handle=replace(token.handle, person="somebody"))

    assert one.call("GET", "/clients").status_code == 200
    monkeypatch.setattr(bearer, "read", of_somebody)
    with one_event("admin.deny"):
        answer = one.call("GET", "/clients")
    assert (answer.status_code, (answer.json or {})["code"]) == (403, "invalid_token")


@pytest.mark.parametrize("verb", ["review", "approve", "confirm", "retire", "decide", "decision"])
def test_l20_l21_a_program_decides_on_no_application(verb: str, app: Flask) -> None:
    made = submitted("portal-a")
    for group in ("system", "security"):
        caller = of_group(app, group, PROVINCE)  # type: ignore[arg-type]
        for method in ("POST", "PUT", "PATCH"):
            for noun in ("applications", "filings"):
                path = f"/{noun}/{made}/{verb}"
                with nothing_changed():
                    answer = caller.call(method, path, {"outcome": "approved"}, **{"If-Match": '"v1"'})
                assert answer.status_code in (404, 405), (method, path)
    found = applications.find(made)
    assert found
    assert found.state == "submitted"


def test_l20_programs_of_all_administrations_together_make_no_administrator(app: Flask) -> None:
    system, security = of_group(app, "system", CITY), of_group(app, "security", CITY)
    body = {"login_name": "puppet", "name": "傀儡", "division": CITY}
    grow_tree()
    made = system.call("POST", "/staff", body)
    path = f"/staff/{(made.json or {})['id']}"
    state = system.call("GET", path).headers["ETag"]
    for method, below, sent in (
        ("PUT", "/roles", {"roles": ["security_administrator"]}),
        ("POST", "/confirmation", {}),
        ("POST", "/confirm", {}),
        ("PUT", "/status", {"status": "active"}),
        ("PATCH", "", {"status": "active", "roles": ["support"]}),
    ):
        for caller in (system, security):
            answer = caller.call(method, path + below, sent, **{"If-Match": state})
            assert answer.status_code in (403, 404, 405), (method, below)
    found = staff.find((made.json or {})["id"])
    assert found
    assert (found.status, found.roles) == ("invited", ())


def test_l20_l22_a_power_taken_from_a_program_is_taken_from_its_tokens(app: Flask) -> None:
    caller = program(app, "admin:clients:read", "admin:staff:read")
    assert caller.call("GET", "/staff").status_code == 200
    left = replace(caller.client.client, scopes=("admin:clients:read",))
    registry.apply([replace(left, legal_basis={"admin:clients:read": "statutory_duty"})], operator="test")
    with one_event("admin.deny"):
        assert caller.call("GET", "/staff").status_code == 403
    assert caller.call("GET", "/clients").status_code == 200


def test_l23_of_many_changes_of_one_state_one_is_made(app: Flask) -> None:
    grow_tree()
    clerk = program(app, "admin:clients:write", division=CITY)
    made = clerk.call("POST", "/filings", {"client_id": "office", "division": CITY})
    path, state = f"/filings/{(made.json or {})['id']}", made.headers["ETag"]

    meeting = Barrier(MANY)

    def change(number: int) -> int:
        own = replace(clerk, http=Browser(app))
        body = {"entry": registration(name=f"名称{number}")}
        meeting.wait()
        return own.call("PUT", path, body, **{"If-Match": state}).status_code

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(change, range(MANY)))
    assert sorted(answers) == [200] + [412] * (MANY - 1)
    found = applications.find((made.json or {})["id"])
    assert found
    assert found.version == 2


def test_l27_a_withdrawn_announcement_leaves_its_trace(app: Flask) -> None:
    portal("tax")
    caller = program(app, "admin:announcements:write")
    body = {
        "client_id": "tax", "text": "公告", "text_en": "News", "starts_at": clock.now(),
        "ends_at": clock.now() + 3600,
    }  # fmt: skip
    made = (caller.call("POST", "/announcements", body).json or {})["id"]
    with one_event("announcement.change"):
        caller.call("DELETE", f"/announcements/{made}")
    assert announcements.find(made) is None
