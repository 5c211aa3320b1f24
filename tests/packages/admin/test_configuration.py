"""The configuration at the console and at the interface for programs."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

import clients
from clients import service as registry
from idp import configuration
from idp.configuration import uploads
from idp.divisions import NATION
from idp.pages import sheets
from idp.staff import sessions
from tests.actors import ISSUER
from tests.configurations import WHOLE, apply, exported, file
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, Officer, grow_tree, landed
from tests.officers import HERE as ANYWHERE
from tests.programs import Program, program
from tests.records import events, nothing_changed, one_event
from tests.registrations import entry

pytestmark = pytest.mark.usefixtures("stores")

READ, WRITE = "admin:configuration:read", "admin:configuration:write"
PORTALS = "admin:clients:write"
HERE = "/admin/configuration"


def post(caller: Program, text: str | bytes, query: str = "", **headers: str) -> TestResponse:
    return caller.http.post(
        f"/admin/api/v1/configuration{query}",
        data=text,
        base_url=ISSUER,
        environ_base=ANYWHERE,
        headers={"Authorization": f"Bearer {caller.token}", "Content-Type": "application/yaml"} | headers,
    )


def send(officer: Officer, text: str | bytes, **more: str) -> TestResponse:
    body = text.encode() if isinstance(text, str) else text
    return officer.post(HERE, {"file": (io.BytesIO(body), "configuration.yaml"), **more}, page=HERE)


def test_a_program_exports_changes_and_applies(app: Flask) -> None:
    caller = program(app, READ, WRITE, PORTALS)
    apply(file(clients=[entry()]))
    answer = caller.call("GET", "/configuration")
    assert answer.mimetype == "application/yaml"
    assert answer.headers["ETag"] == f'"c{configuration.read(WHOLE).digest}"'
    assert answer.text == exported()
    assert [event.kind for event in events("configuration.export")] == ["configuration.export"]
    changed = answer.text.replace("示范门户", "新门户")
    with nothing_changed():
        tried = post(caller, changed, "?dry_run=true").json or {}
    assert tried["applied"] is False
    assert tried["changes"] == [
        {
            "section": "clients",
            "name": "portal-a",
            "action": "changed",
            "fields": {"name": ["示范门户", "新门户"]},
        }
    ]
    with one_event("configuration.apply"):
        done = post(caller, changed, **{"If-Match": answer.headers["ETag"]})
    assert done.status_code == 200
    assert (done.json or {})["applied"] is True
    assert done.headers["ETag"] == caller.call("GET", "/configuration?format=json").headers["ETag"]
    again = post(
        caller, exported(json=True), **{"If-Match": done.headers["ETag"], "Content-Type": "application/json"}
    )
    assert (again.json or {})["changes"] == []


def test_a_change_names_the_state_it_was_made_from(app: Flask) -> None:
    caller = program(app, READ, WRITE, PORTALS)
    apply(file(clients=[entry()]))
    seen = caller.call("GET", "/configuration").headers["ETag"]
    registry.disable("portal-a", operator="somebody else")
    text = file(clients=[entry(name="新门户")])
    with nothing_changed():
        assert post(caller, text).status_code == 428
        for tag in (seen, '"v1"', "*", "x"):
            assert post(caller, text, **{"If-Match": tag}).status_code == 412
        assert post(caller, text, "?dry_run=true", **{"If-Match": seen}).status_code == 412


def test_mistakes_are_told_with_their_lines(app: Flask) -> None:
    caller = program(app, WRITE, PORTALS)
    plain = {"scopes": ["openid"]}
    text = file(clients=[entry(name="<b>", **plain), entry(client_id="b", colour="red", **plain)])
    with nothing_changed():
        answer = post(caller, text, "?dry_run=true")
    assert answer.status_code == 422
    problem = answer.json or {}
    assert problem["code"] == "configuration.faults"
    rows = text.splitlines()
    assert {fault["pointer"]: rows[fault["line"] - 1].strip() for fault in problem["faults"]} == {
        "clients[0].name": 'name: "<b>"',
        "clients[1].colour": "colour: red",
    }
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"\xff", {}, 400),
        (b"", {}, 422),
        (b"[" * 60_000, {}, 422),
        (b"a: &a [*a]", {}, 422),
        (b"x" * (sheets.LARGEST + 1), {}, 413),
        (b"x: 1", {"Content-Type": "text/plain"}, 415),
        (b"x: 1", {"Content-Encoding": "gzip"}, 415),
        (b'{"configuration": 1, "x\\ud800": 1}', {"Content-Type": "application/json"}, 422),
    ],
)  # fmt: skip
def test_hostile_bodies_are_refused(body: bytes, headers: dict[str, str], status: int, app: Flask) -> None:
    caller = program(app, WRITE, PORTALS)
    with nothing_changed():
        assert post(caller, body, "?dry_run=true", **headers).status_code == status


def test_l13_what_is_out_of_reach_is_not_there_and_the_try_is_on_record(app: Flask) -> None:
    grow_tree()
    apply(file(clients=[entry(division=CITY), entry(client_id="far", sector="far", division=OTHER_PROVINCE)]))
    caller = program(app, READ, WRITE, PORTALS, division=PROVINCE)
    own = caller.call("GET", "/configuration")
    assert "client_id: far" not in own.text
    assert "邻省" not in own.text
    assert caller.call("GET", f"/configuration?within={CITY}").status_code == 200
    for place in (NATION, OTHER_PROVINCE, "x", "999"):
        assert caller.call("GET", f"/configuration?within={place}").status_code == 404
    before = len(events("admin.deny"))
    far = entry(client_id="far", sector="far", division=PROVINCE)
    tried = (
        exported(),
        file(PROVINCE, clients=[far]),
        file(PROVINCE, clients=[entry(division=OTHER_PROVINCE)]),
        file(PROVINCE, divisions=[{"code": "020000", "name": "我省", "name_en": "Mine"}]),
        file(PROVINCE, software_issuers=[{"issuer": "x", "jwks": {}}]),
        file(OTHER_PROVINCE, clients=[]),
    )
    for text in tried:
        with nothing_changed():
            answer = post(caller, text, "?dry_run=true&prune=true")
        assert (answer.status_code, (answer.json or {})["code"]) == (404, "not_found"), text
    assert len(events("admin.deny")) == before + len(tried)
    assert clients.find("far")


def test_a_section_that_is_not_one_s_own_is_refused_and_recorded(app: Flask) -> None:
    apply(file(divisions=[{"code": "010000", "name": "示范省", "name_en": "Demo"}]))
    caller = program(app, READ, WRITE, PORTALS)
    with nothing_changed(), one_event("admin.deny"):
        answer = post(caller, exported().replace("name: 示范省\n", "name: 新省\n"), "?dry_run=true")
    assert (answer.status_code, (answer.json or {})["code"]) == (403, "permission")
    assert "admin:divisions:write" in (answer.json or {})["title"]


def test_the_same_request_again_is_answered_again_and_done_once(app: Flask) -> None:
    caller = program(app, READ, WRITE, PORTALS)
    tag = caller.call("GET", "/configuration").headers["ETag"]
    for _ in range(2):
        answer = post(
            caller,
            file(clients=[entry(scopes=["openid"])]),
            **{"If-Match": tag, "Idempotency-Key": "apply-0001"},
        )
        assert (answer.json or {})["without_secret"] == ["portal-a"]
    assert len(events("configuration.apply")) == 1


def test_an_officer_looks_at_the_differences_and_applies_them(app: Flask) -> None:
    apply(file(clients=[entry()]))
    officer = Officer(app, "portal_officer")
    sent = send(officer, exported().replace("示范门户", "新门户"))
    assert landed(sent) == f"{HERE}/changes"
    page = officer.get(f"{HERE}/changes")
    assert "示范门户" in page.text
    assert "新门户" in page.text
    with one_event("configuration.apply"):
        answer = officer.post(f"{HERE}/changes", hidden(page), page=f"{HERE}/changes")
    assert landed(answer) == HERE
    assert "已变更1项配置" in officer.get(HERE).text
    found = clients.find("portal-a")
    assert found
    assert found.name == "新门户"
    with nothing_changed():
        again = officer.post(f"{HERE}/changes", hidden(page), page=HERE)
    assert landed(again) == HERE


def hidden(page: TestResponse) -> dict[str, str]:
    import re

    return dict(re.findall(r'name="(upload|state)" value="([^"]+)"', page.text))


def test_the_download_is_a_file_and_on_record(app: Flask) -> None:
    apply(file(clients=[entry()]))
    officer = Officer(app, "audit_administrator")
    for form, kind in (("yaml", "application/yaml"), ("json", "application/json")):
        with one_event("configuration.export"):
            answer = officer.post(f"{HERE}/export", {"within": NATION, "format": form}, page=HERE)
        assert answer.mimetype == kind
        assert answer.headers["Content-Disposition"] == f'attachment; filename="configuration-000000.{form}"'
        assert answer.text == exported(json=form == "json")
        assert answer.headers["Cache-Control"] == "no-store"
    assert officer.post(f"{HERE}/export", {"within": "9"}, page=HERE).status_code == 400


def test_l20_neither_is_done_long_after_the_login(app: Flask, time_travel: MovableClock) -> None:
    apply(file(clients=[entry()]))
    officer = Officer(app, "portal_officer")
    send(officer, exported().replace("示范门户", "新门户"))
    page = officer.get(f"{HERE}/changes")
    time_travel.advance(sessions.FRESH)
    assert landed(officer.post(f"{HERE}/export", {"within": NATION}, page=HERE)) == "/admin/confirm"
    changes = officer.post(f"{HERE}/changes", hidden(page), page=f"{HERE}/changes")
    assert landed(changes) == "/admin/confirm"
    assert "next=/admin/configuration/changes" in changes.location
    assert uploads.find(officer.member.id), "it waits for the confirmation"
    found = clients.find("portal-a")
    assert found
    assert found.name == "示范门户"


def test_l23_what_changed_meanwhile_is_looked_at_again(app: Flask) -> None:
    apply(file(clients=[entry()]))
    officer = Officer(app, "portal_officer")
    send(officer, exported().replace("示范门户", "新门户"))
    page = officer.get(f"{HERE}/changes")
    registry.disable("portal-a", operator="somebody else")
    with nothing_changed():
        answer = officer.post(f"{HERE}/changes", hidden(page), page=f"{HERE}/changes")
    assert landed(answer) == f"{HERE}/changes"
    assert "重新核对差异" in officer.get(f"{HERE}/changes").text


def test_another_file_in_another_tab_is_not_applied_unseen(app: Flask) -> None:
    apply(file(clients=[entry()]))
    officer = Officer(app, "portal_officer")
    send(officer, exported().replace("示范门户", "新门户"))
    page = officer.get(f"{HERE}/changes")
    send(officer, exported().replace("示范门户", "别的门户"))
    with nothing_changed():
        assert landed(officer.post(f"{HERE}/changes", hidden(page), page=HERE)) == HERE
    send(officer, exported().replace("示范门户", "新门户"), prune="yes")
    with nothing_changed():
        assert landed(officer.post(f"{HERE}/changes", hidden(page), page=HERE)) == HERE


def test_mistakes_stand_on_the_page_with_their_lines(app: Flask) -> None:
    officer = Officer(app, "portal_officer")
    hostile = entry(name="<script>alert(1)</script>")
    text = file(clients=[hostile, entry(client_id="b", colour="red", scopes=["openid"])])
    with nothing_changed():
        answer = send(officer, text)
    assert answer.status_code == 422
    assert "<script>alert(1)" not in answer.text
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "colour" in row)
    assert f"第{line}行" in answer.text
    assert "clients[1].colour" in answer.text
    assert "不是可用的名称" in answer.text
    assert uploads.find(officer.member.id) is None


def test_what_is_another_officer_s_to_change_is_named_and_recorded(app: Flask) -> None:
    officer = Officer(app, "portal_officer")
    rules = {"min_level": 2, "legal_level": 2, "max_age": None, "offline_access": True}
    text = file(policies=[{"division": NATION, "kind": "rules", "document": rules}])
    with nothing_changed(), one_event("admin.deny"):
        answer = send(officer, text)
    assert answer.status_code == 403
    assert "需要“设定事项目录和地区规则”权限" in answer.text
    assert uploads.find(officer.member.id) is None


def test_a_mistake_in_a_policy_is_told_in_the_reader_s_language(app: Flask) -> None:
    officer = Officer(app, "security_administrator")
    rules = {"min_level": 9, "legal_level": 2, "max_age": 5, "offline_access": True}
    text = file(policies=[{"division": NATION, "kind": "rules", "document": rules}])
    with nothing_changed():
        answer = send(officer, text)
    assert answer.status_code == 422
    assert "等级须为1至4" in answer.text
    assert "须为60至86400秒，或者不填" in answer.text


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"\xff\xfe", 400), (b"\0", 422)])
def test_what_is_no_file_of_text_is_refused(body: bytes, status: int, app: Flask) -> None:
    officer = Officer(app, "portal_officer")
    with nothing_changed():
        assert send(officer, body).status_code == status


def test_a_file_is_larger_than_a_form_and_bounded_all_the_same(app: Flask) -> None:
    officer = Officer(app, "portal_officer")
    large = file(clients=[entry(scopes=["openid"])]) + "#" * (450 * 1024)
    assert landed(send(officer, large)) == f"{HERE}/changes"
    too_large = officer.http.post(
        HERE, data=b"x" * (sheets.LARGEST + 1), content_type="multipart/form-data; boundary=x",
        base_url=ISSUER, environ_base=ANYWHERE,
    )  # fmt: skip
    assert too_large.status_code == 413
    fat = {"file": (io.BytesIO(b"x"), "x"), "prune": "x" * 300_000}
    assert officer.post(HERE, fat, page=HERE).status_code == 413
    assert officer.post("/admin/places/import", {"lines": "x" * 70_000}, page=HERE).status_code == 413


def test_out_of_reach_of_an_officer_is_on_record_too(app: Flask) -> None:
    officer = Officer(app, "portal_officer", division=PROVINCE)
    apply(file(clients=[entry(division=OTHER_PROVINCE)]))
    with nothing_changed(), one_event("admin.deny"):
        answer = send(officer, file(PROVINCE, clients=[entry(division=PROVINCE)]))
    assert answer.status_code == 404
    assert "不存在，或不在您的管辖范围内" in answer.text


def test_an_upload_lies_sealed_and_for_a_while(app: Flask, time_travel: MovableClock) -> None:
    from idp.store import redis

    officer = Officer(app, "portal_officer")
    send(officer, file(clients=[entry(scopes=["openid"])]))
    (key,) = redis.call("KEYS", "cfg:*")
    assert officer.member.id.encode() not in key
    assert b"portal-a" not in redis.call("GET", key)
    assert 0 < redis.call("TTL", key) <= uploads.LIFETIME
    redis.call("DEL", key)
    assert landed(officer.get(f"{HERE}/changes")) == HERE


def test_detail_of_the_event_counts_and_names_the_file(app: Flask) -> None:
    apply(file(clients=[entry()]))
    (event,) = events("configuration.apply")
    detail: dict[str, Any] = json.loads(event.detail)
    assert detail["changes"] == ["clients.added=1"]
    assert len(detail["fingerprint"]) == 43
    assert event.reason == ""
