"""What programs read and do besides: figures, health, explanations, announcements, filings, exports."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from clients import applications, manifest
from clients import service as registry
from idp import announcements, audit, rounds
from idp.audit import export, jobs
from idp.base import clock
from idp.statistics import jobs as statistic_jobs
from tests.actors import Person, portal
from tests.applying import FILING, registration
from tests.conftest import MovableClock
from tests.house.checkout import ROOT
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE, Officer, grow_tree, landed
from tests.packages.admin.test_portals import notice
from tests.programs import program
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

DAY = 86_400


def test_figures_are_of_the_callers_reach_or_of_a_portal_in_it(app: Flask) -> None:
    grow_tree()
    for client, division, times in (("near", CITY, 3), ("far", OTHER_PROVINCE, 2)):
        portal(client, division=division)
        for _ in range(times):
            audit.record("login.success", client=client, level=2, seconds=20)
    audit.record("login.failure", client="near", outcome="failed", cause="wrong password")
    jobs.ship()
    statistic_jobs.count_record()
    reader = program(app, "admin:statistics:read", division=PROVINCE)
    shown = reader.call("GET", "/statistics?span=day").json or {}
    assert (shown["success"], shown["failure"], shown["levels"]) == (3, 1, {"l2": 3})
    assert (shown["seconds"], shown["causes"]) == ({"30": 3}, {"wrong password": 1})
    assert len(shown["periods"]) == 24
    assert sum(one["success"] for one in shown["periods"]) == 3
    assert shown["portals"] == [{"client_id": "near", "logins": 3}]
    assert (reader.call("GET", "/statistics?client_id=near").json or {})["success"] == 3
    assert reader.call("GET", "/statistics?client_id=far").status_code == 404
    assert reader.call("GET", "/statistics?span=year").status_code == 422


def test_health_is_the_whole_platforms(app: Flask) -> None:
    grow_tree()
    rounds.failed("logout.deliver_due", "redis is unavailable")
    shown = program(app, "admin:health:read").call("GET", "/health").json or {}
    assert {one["name"] for one in shown["parts"]} == {"database", "redis", "record", "keys"}
    assert all(one["well"] for one in shown["parts"])
    told = {one["job"]: one for one in shown["jobs"]}["logout.deliver_due"]
    assert (told["standing"], told["why"]) == ("failing", "redis is unavailable")
    assert program(app, "admin:health:read", division=PROVINCE).call("GET", "/health").status_code == 404


def test_a_code_and_a_reference_are_explained_and_nobody_is_named(app: Flask, me: Person) -> None:
    grow_tree()
    for name, division in (("near", CITY), ("far", OTHER_PROVINCE)):
        me.authorize(portal(name, division=division), redirect_uri="https://elsewhere.example/cb")
    rejected = {event.client: event.request_id for event in events("authz.reject")}
    support = program(app, "admin:explain:read", division=PROVINCE)
    assert (support.call("GET", "/explanations/APP-001").json or {})["fix"]
    assert support.call("GET", "/explanations/APP-999").status_code == 404
    with one_event("audit.search"):
        answer = support.call("GET", f"/explanations?reference={rejected['near']}")
    (told,) = (answer.json or {})["decisions"]
    assert (told["kind"], told["client"], told["outcome"]) == ("authz.reject", "near", "refused")
    assert "detail" not in told
    assert "person" not in told
    with audit.request_context("0123456789abcdef"):
        audit.record("login.failure", person="somebody", client="near", outcome="failed", region=CITY)
    jobs.ship()
    named = support.call("GET", "/explanations?reference=0123456789abcdef")
    assert [one["kind"] for one in (named.json or {})["decisions"]] == ["login.failure"]
    assert "somebody" not in named.text
    far = support.call("GET", f"/explanations?reference={rejected['far']}")
    assert far.json == {"decisions": []}
    assert support.call("GET", "/explanations?reference=x").status_code == 422


def test_a_portal_is_told_about_and_the_telling_withdrawn(app: Flask) -> None:
    grow_tree()
    portal("near", division=CITY)
    portal("far", division=OTHER_CITY)
    teller = program(app, "admin:announcements:write", division=CITY)
    body = {
        "client_id": "near", "text": "今晚维护", "text_en": "Maintenance tonight",
        "starts_at": clock.now() - 60, "ends_at": clock.now() + DAY,
    }  # fmt: skip
    with one_event("announcement.change"):
        made = teller.call("POST", "/announcements", body)
    assert made.status_code == 201
    (shown,) = (teller.call("GET", "/announcements?client_id=near").json or {})["announcements"]
    assert shown["id"] == (made.json or {})["id"]
    assert shown["created_by"] == f"client:{teller.client.client.client_id}"
    other = program(app, "admin:announcements:write", division=OTHER_CITY)
    with nothing_changed():
        assert teller.call("POST", "/announcements", body | {"client_id": "far"}).status_code == 404
        assert teller.call("GET", "/announcements?client_id=far").status_code == 404
        led_away = body | {"text": "请访问 www.example.com"}
        assert teller.call("POST", "/announcements", led_away).status_code == 400
        assert other.call("DELETE", f"/announcements/{shown['id']}").status_code == 404
    assert teller.call("DELETE", f"/announcements/{shown['id']}").status_code == 204
    assert announcements.of_client("near") == ()
    assert teller.call("DELETE", f"/announcements/{shown['id']}").status_code == 404


def test_l21_a_program_files_an_application_and_people_decide(app: Flask) -> None:
    grow_tree()
    clerk = program(app, "admin:clients:write", "admin:applications:review", division=PROVINCE)
    with nothing_changed():
        elsewhere = {"client_id": "office", "division": OTHER_PROVINCE}
        assert clerk.call("POST", "/filings", elsewhere).status_code == 404
    begun = clerk.call("POST", "/filings", {"client_id": "office", "division": CITY})
    assert begun.status_code == 201
    path, state = f"/filings/{(begun.json or {})['id']}", begun.headers["ETag"]
    assert {fault["member"] for fault in (begun.json or {})["faults"]} >= {"name", "filing"}
    with nothing_changed():
        early = clerk.call("POST", f"{path}/submit", **{"If-Match": state})
    assert (early.status_code, (early.json or {})["code"]) == (422, "application.faults")
    body = {"entry": registration(), "filing": FILING}
    assert clerk.call("PUT", path, body).status_code == 428
    changed = clerk.call("PUT", path, body, **{"If-Match": state})
    assert ((changed.json or {})["faults"], changed.status_code) == ([], 200)
    assert clerk.call("PUT", path, body, **{"If-Match": state}).status_code == 412
    drafts = (clerk.call("GET", "/filings").json or {})["filings"]
    assert [one["client_id"] for one in drafts] == ["office"]
    sent = clerk.call("POST", f"{path}/submit", **{"If-Match": changed.headers["ETag"]})
    assert (sent.json or {})["state"] == "submitted"
    for verb in ("review", "approve", "confirm", "retire"):
        assert clerk.call("POST", f"{path}/{verb}", {"outcome": "approved"}).status_code == 404
    back = clerk.call("POST", f"{path}/recall", **{"If-Match": sent.headers["ETag"]})
    over = clerk.call("POST", f"{path}/withdraw", **{"If-Match": back.headers["ETag"]})
    assert (over.json or {})["state"] == "withdrawn"
    detail = [event.detail for event in events("application.change")]
    assert all("client:program" in one for one in detail)


def test_l13_a_filing_is_its_callers_alone(app: Flask) -> None:
    grow_tree()
    clerk = program(app, "admin:clients:write", division=CITY)
    made = clerk.call("POST", "/filings", {"client_id": "office", "division": CITY})
    path = f"/filings/{(made.json or {})['id']}"
    other = program(app, "admin:clients:write", division=PROVINCE)
    state = {"If-Match": made.headers["ETag"]}
    with nothing_changed():
        assert other.call("GET", path).status_code == 404
        assert other.call("PUT", path, {"entry": {}}, **state).status_code == 404
        assert other.call("POST", f"{path}/withdraw", **state).status_code == 404
    assert (other.call("GET", "/filings").json or {})["filings"] == []
    found = applications.find((made.json or {})["id"])
    assert found
    assert found.state == "draft"


@pytest.mark.parametrize(
    "entry",
    [
        {"scopes": 5}, {"scopes": {"a": 1}}, {"scopes": [None, 1, "openid"]}, {"redirect_uris": "x"},
        {"restricted_until": "soon"}, {"jwks": []}, {"name": [[]]}, {"legal_basis": 1}, {"contacts": [1.5]},
    ],
)  # fmt: skip
def test_n05_an_entry_of_strange_members_is_a_draft_with_faults(entry: dict[str, object], app: Flask) -> None:
    grow_tree()
    clerk = program(app, "admin:clients:write", division=CITY)
    made = clerk.call("POST", "/filings", {"client_id": "office", "division": CITY})
    path = f"/filings/{(made.json or {})['id']}"
    changed = clerk.call("PUT", path, {"entry": entry}, **{"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    assert (changed.json or {})["faults"]
    clerk_officer = Officer(app, "portal_officer", division=CITY)
    assert clerk_officer.get("/admin/applications").status_code == 200


def test_all_notices_of_a_portal_within_reach_are_sent_again(app: Flask) -> None:
    grow_tree()
    for name, division in (("near", CITY), ("far", OTHER_CITY)):
        portal(name, division=division)
        notice(name)
    sender = program(app, "admin:deliveries:retry", division=CITY)
    with one_event("logout.retry"):
        assert sender.call("POST", "/deliveries/retry", {"client_id": "near"}).json == {"retried": 1}
    with nothing_changed():
        assert sender.call("POST", "/deliveries/retry", {"client_id": "far"}).status_code == 404


def test_a_portal_is_suspended_for_a_cause(app: Flask) -> None:
    portal("tax")
    keeper = program(app, "admin:clients:suspend")
    with nothing_changed():
        refused = keeper.call("PUT", "/clients/tax/standing", {"enabled": False, "cause": "  "})
    assert (refused.status_code, (refused.json or {})["code"]) == (400, "client.cause")
    assert keeper.call("PUT", "/clients/tax/standing", {"enabled": False, "cause": "complaint"}).json
    assert "complaint" in repr([tuple(event) for event in events("client.disable")])


def rooted(time_travel: MovableClock) -> int:
    """Events with a signed root behind them; the second they begin."""
    since = clock.now()
    for _ in range(3):
        audit.record("login.success", person="somebody", level=2)
        jobs.ship()
        time_travel.advance(3601)
        jobs.sign_root()
    return since


def test_an_export_is_verified_by_the_program_that_comes_with_it(
    app: Flask, time_travel: MovableClock, tmp_path: Path
) -> None:
    since = rooted(time_travel)
    auditor = program(app, "admin:audit:export", "admin:audit:verify")
    asked = {"since": since - 1, "until": since + 3600, "reason": "yearly review"}
    answer = auditor.call("POST", "/exports", asked, **{"Idempotency-Key": "export-0001"})
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson")
    (tmp_path / "part.jsonl").write_bytes(answer.data)
    (tmp_path / "verify.py").write_bytes(auditor.call("GET", "/exports/verifier").data)
    run = [sys.executable, "-I", "verify.py", "part.jsonl"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.rstrip().endswith("intact")) == (0, True), done.stdout
    cut = b"".join(answer.data.splitlines(keepends=True)[:-1])
    (tmp_path / "part.jsonl").write_bytes(cut)
    assert subprocess.run(run, cwd=tmp_path, capture_output=True, check=False).returncode != 0
    event = events("audit.export")[-1]
    assert (event.reason, "client:program" in event.detail) == ("yearly review", True)
    roots = (auditor.call("GET", "/roots?limit=1").json or {})["roots"]
    assert roots[0]["jws"] in answer.text
    rest = auditor.call("GET", f"/roots?after={roots[0]['number']}").json or {}
    assert ([one["number"] for one in rest["roots"]][:1], rest["next"]) == ([2], 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"until": 0}, "audit.range_empty"),
        ({"until": 2**40}, "audit.range_empty"),
        ({"since": 2**32, "until": 2**33}, "audit.no_root"),
        ({"reason": "\u202e" * 5}, "audit.reason_missing"),
        ({"reason": "      "}, "audit.reason_missing"),
    ],
)
def test_an_export_without_a_time_or_a_reason_is_refused(
    changes: dict[str, object], code: str, app: Flask, time_travel: MovableClock
) -> None:
    asked = {"since": rooted(time_travel) - 1, "until": clock.now(), "reason": "yearly review"}
    refused = program(app, "admin:audit:export").call("POST", "/exports", asked | changes)
    assert (refused.status_code, (refused.json or {})["code"]) == (400, code)
    assert events("audit.export") == []


def test_an_export_too_long_for_the_network_is_left_to_the_command(
    app: Flask, time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"since": rooted(time_travel) - 1, "until": clock.now(), "reason": "yearly review"}
    monkeypatch.setattr(export, "MOST", 2)
    refused = program(app, "admin:audit:export").call("POST", "/exports", asked)
    assert (refused.json or {})["code"] == "audit.range_long"
    assert events("audit.export") == []


def test_l13_the_record_leaves_by_whoever_audits_the_whole_platform(
    app: Flask, time_travel: MovableClock
) -> None:
    asked = {"since": rooted(time_travel) - 1, "until": clock.now(), "reason": "yearly review"}
    grow_tree()
    local = program(app, "admin:audit:export", division=PROVINCE)
    assert local.call("POST", "/exports", asked).status_code == 404
    assert local.call("GET", "/exports/verifier").status_code == 404
    officer = Officer(app, "audit_administrator", division=PROVINCE)
    assert officer.get("/admin/export").status_code == 404
    assert officer.post("/admin/export").status_code == 404
    for page in ("/admin/roots", "/admin/records"):
        assert "/admin/export" not in officer.get(page).text, "a link that leads nowhere"
    assert events("audit.export") == []


def test_l20_an_auditor_exports_after_showing_the_second_factor(
    app: Flask, time_travel: MovableClock
) -> None:
    rooted(time_travel)
    auditor = Officer(app, "audit_administrator")
    today = f"{clock.at(clock.now() + 8 * 3600):%Y-%m-%d}"
    form = {"since": today, "until": today, "reason": "年度检查"}
    for wrong, words in (
        ({"since": "yesterday"}, "日期须写成"),
        ({"until": ""}, "日期须写成"),
        ({"reason": "查"}, "请写明导出理由"),
        ({"until": "2001-01-01"}, "截止日期须不早于起始日期"),
    ):
        answer = auditor.post("/admin/export", form | wrong, page="/admin/export")
        assert answer.status_code == 400
        assert words in answer.text
    assert events("audit.export") == []
    answer = auditor.post("/admin/export", form, page="/admin/export")
    assert answer.mimetype == "application/x-ndjson"
    assert f"audit-{today}-{today}.jsonl" in answer.headers["Content-Disposition"]
    assert json.loads(answer.data.splitlines()[-1])["type"] == "end"
    assert auditor.member.id in events("audit.export")[-1].detail
    time_travel.advance(600)
    assert landed(auditor.post("/admin/export", form, page="/admin/export")) == "/admin/confirm"
    assert len(events("audit.export")) == 1
    assert auditor.get("/admin/export/verifier").data == export.verifier()
    for page in ("/admin/roots", "/admin/records"):
        assert "/admin/export" in auditor.get(page).text


def test_the_description_says_which_scope_an_operation_needs_and_what_people_alone_do(app: Flask) -> None:
    described = program(app, "admin:keys:read").call("GET", "/openapi.json").json or {}
    freeze = described["paths"]["/admin/api/v1/people/{inquiry}/freeze"]["post"]
    assert freeze["security"] == [{"token": ["admin:people:freeze"]}]
    assert "second factor" in described["info"]["description"]


def test_the_program_of_the_howto_can_be_registered(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "howto" / "administer-by-a-program.md").read_text("utf-8")
    (tmp_path / "program.yaml").write_text(text.partition("```yaml\n")[2].partition("```")[0], "utf-8")
    (change,) = registry.apply(manifest.load(tmp_path / "program.yaml"), operator="test", dry_run=True)
    assert (change.client_id, change.action) == ("fraud-watch", "created")
