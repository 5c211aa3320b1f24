"""Programs at policies: what the console's pages do, by state seen, done once, and within reach."""

from urllib.parse import quote

import pytest
from flask import Flask

from idp import audit, policies
from idp.audit import jobs
from idp.divisions import NATION
from tests.actors import portal
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.policies import branding, catalogue, item, publish, rules
from tests.programs import Program, program
from tests.records import events, one_event

pytestmark = pytest.mark.usefixtures("stores")

RULES, ITEMS = f"/policies/rules/{PROVINCE}", f"/policies/items/{PROVINCE}"
V0 = {"If-Match": '"v0"'}


@pytest.fixture
def officer(app: Flask) -> Program:
    """A program of a province's security administration."""
    grow_tree()
    return program(app, "admin:policies:read", "admin:policies:write", division=PROVINCE)


def draft(caller: Program, path: str, body: object, state: str = '"v0"') -> str:
    """Make a draft; its path."""
    made = caller.call("POST", f"{path}/drafts", body, **{"If-Match": state})
    assert made.status_code == 201, made.text
    return f"/policies/drafts/{(made.json or {})['id']}"


def test_rules_are_drafted_seen_published_and_undone(officer: Program) -> None:
    empty = officer.call("GET", RULES)
    assert (empty.headers["ETag"], (empty.json or {})["document"]) == ('"v0"', rules())
    path = draft(officer, RULES, {"document": rules(min_level=2)})
    seen = officer.call("GET", path)
    assert (seen.json or {})["differences"] == [{"at": "", "member": "min_level", "old": 1, "new": 2}]
    assert officer.call("POST", f"{path}/publication", {"why": "省厅发文"}).status_code == 428
    done = officer.call(
        "POST", f"{path}/publication", {"why": "省厅发文"}, **{"If-Match": seen.headers["ETag"]}
    )
    assert (done.json, done.headers["ETag"]) == ({"version": 1}, '"v1"')
    assert policies.current().at(CITY).rules.min_level == 2
    assert officer.call("GET", path).status_code == 404
    undo = f"{RULES}/versions/1/undo"
    assert officer.call("POST", undo, {"why": "有误"}, **V0).status_code == 412
    assert officer.call("POST", undo, {"why": "有误"}, **{"If-Match": '"v1"'}).json == {"version": 2}
    assert policies.current().at(CITY).rules.min_level == 1
    told = (officer.call("GET", f"{RULES}/versions").json or {})["versions"]
    assert [(one["version"], one["why"], one["undoes"]) for one in told] == [
        (2, "有误", 1),
        (1, "省厅发文", None),
    ]
    one = officer.call("GET", f"{RULES}/versions/1").json or {}
    assert (one["changes"], one["differences"][0]["new"]) == (1, 2)
    assert [each.outcome for each in events("policy.change")] == ["success", "refused", "success"]


def test_l23_of_two_drafts_of_one_state_the_second_is_refused(officer: Program) -> None:
    first = draft(officer, RULES, {"document": rules(min_level=2)})
    second = draft(officer, RULES, {"document": rules(min_level=3)})
    assert officer.call("POST", f"{first}/publication", {"why": "先行"}, **V0).status_code == 200
    assert (officer.call("GET", second).json or {})["stale"] is True
    for state in ('"v0"', '"v1"'):
        with one_event("policy.change"):
            refused = officer.call("POST", f"{second}/publication", {"why": "后来"}, **{"If-Match": state})
        assert refused.status_code == 412
        last = events("policy.change")[-1]
        assert (last.outcome, last.reason, last.region) == ("refused", "policy.stale", PROVINCE)
    assert officer.call("DELETE", second).status_code == 204
    assert officer.call("DELETE", second).status_code == 404


def test_a_draft_sent_again_is_made_once(officer: Program) -> None:
    key = {"Idempotency-Key": "draft-4711", **V0}
    first = officer.call("POST", f"{RULES}/drafts", {"document": rules(min_level=2)}, **key)
    again = officer.call("POST", f"{RULES}/drafts", {"document": rules(min_level=2)}, **key)
    assert first.json == again.json
    assert len(events("policy.draft")) == 1


def test_a_document_with_faults_is_refused_and_each_named(officer: Program) -> None:
    publish("rules", rules(min_level=3))
    for document, pointers in (
        (rules(min_level=9, max_age=1), {"/min_level", "/max_age"}),
        (rules(min_level=2), {"/min_level"}),
        ({"min_level": 1}, {"/"}),
    ):
        refused = officer.call("POST", f"{RULES}/drafts", {"document": document}, **V0)
        assert refused.status_code == 422
        assert (refused.json or {})["code"] == "policy.faults"
        assert {one["pointer"] for one in (refused.json or {})["faults"]} == pointers
        assert refused.text.isascii()
    bad = officer.call("POST", f"{ITEMS}/drafts", {"items": {"A-1": item(level=7)}}, **V0)
    assert (bad.json or {})["faults"][0]["pointer"] == "/A-1/level"
    assert not [one for one in events("policy.draft") if "client:" in one.detail]


def test_items_are_changed_by_code_and_the_others_stay(officer: Program) -> None:
    publish("items", catalogue(A_1=item(), B_1=item(name="食品抽检"), C_1=item()), PROVINCE)
    path = draft(officer, ITEMS, {"items": {"A-1": item(level=3), "C-1": None, "D-1": item()}}, '"v1"')
    assert officer.call("POST", f"{path}/publication", {"why": "年度调整"}, **{"If-Match": '"v1"'}).json
    listed = officer.call("GET", f"{ITEMS}/items?limit=2").json or {}
    assert [(one["item_code"], one["members"]["level"]) for one in listed["items"]] == [
        ("A-1", 3),
        ("B-1", 1),
    ]
    rest = officer.call("GET", f"{ITEMS}/items?cursor={listed['next']}").json or {}
    assert ([one["item_code"] for one in rest["items"]], rest["next"]) == (["D-1"], "")
    found = officer.call("GET", f"{ITEMS}/items?q={quote('食品')}").json or {}
    assert [one["item_code"] for one in found["items"]] == ["B-1"]
    below = officer.call("GET", f"/policies/items/{CITY}/items?q=A-1").json or {}
    assert below["items"][0]["own"] is False
    assert (officer.call("GET", ITEMS).json or {})["document"] is None


def test_a_draft_is_tried_in_counts(officer: Program) -> None:
    portal("tax", division=CITY)
    for n in range(11):
        audit.record("authz.grant", client="tax", person=f"person-{n}", scope="openid", level=1)
    audit.record("authz.grant", client="tax", person="other", scope="openid", level=3)
    jobs.ship()
    path = draft(officer, RULES, {"document": rules(min_level=2)})
    tried = officer.call("GET", f"{path}/trial")
    shown = tried.json or {}
    assert shown["total"] == {"entries": 10, "persons": 10}, "in steps of five"
    assert shown["outcomes"]["higher"] == {"entries": 10, "persons": 10}
    assert shown["outcomes"]["unchanged"] == {"entries": None, "persons": None}
    assert shown["levels"] == [{"before": 1, "after": 2, "size": {"entries": 10, "persons": 10}}]
    assert [one["client_id"] for one in shown["portals"]] == ["tax"]
    assert "person-" not in tried.text


def test_l13_what_is_out_of_reach_is_not_there(app: Flask, officer: Program) -> None:
    publish("rules", rules(min_level=2), PROVINCE)
    publish("rules", rules(min_level=2))
    path = draft(officer, RULES, {"document": rules(min_level=3)}, '"v1"')
    listed = (officer.call("GET", "/policies").json or {})["policies"]
    assert [(one["division"], one["version"]) for one in listed] == [(PROVINCE, 1)]
    assert officer.call("GET", f"/policies/rules/{NATION}").status_code == 404
    city = program(app, "admin:policies:read", "admin:policies:write", division=CITY)
    far = program(app, "admin:policies:read", "admin:policies:write", division=OTHER_PROVINCE)
    for other in (city, far):
        for method, where, body in (
            ("GET", RULES, None), ("GET", path, None), ("GET", f"{path}/trial", None),
            ("GET", f"{RULES}/versions", None), ("GET", f"{RULES}/versions/1", None), ("DELETE", path, None),
            ("GET", f"{ITEMS}/items", None),
            ("POST", f"{RULES}/drafts", {"document": rules(min_level=4)}),
            ("POST", f"{ITEMS}/drafts", {"items": {"A-1": item()}}),
            ("POST", f"{path}/publication", {"why": "试试"}),
            ("POST", f"{RULES}/versions/1/undo", {"why": "试试"}),
        ):  # fmt: skip
            answer = other.call(method, where, body, **{"If-Match": '"v1"'})
            assert answer.status_code == 404, (method, where)
    assert officer.call("GET", path).status_code == 200
    assert policies.current().at(PROVINCE).rules.min_level == 2


def test_l13_branding_and_rules_are_changed_by_different_administrations(
    app: Flask, officer: Program
) -> None:
    designer = program(app, "admin:branding:write", division=PROVINCE)
    made = designer.call(
        "POST", f"/branding/branding/{PROVINCE}/drafts", {"document": branding(hotline="12345")}, **V0
    )
    mine = f"/drafts/{(made.json or {})['id']}"
    assert officer.call("POST", f"/policies{mine}/publication", {"why": "试试"}, **V0).status_code == 404
    assert officer.call("DELETE", f"/policies{mine}").status_code == 404
    assert officer.call("POST", f"/branding{mine}/publication", {"why": "试试"}, **V0).status_code == 403
    assert designer.call("POST", f"/branding{mine}/publication", {"why": "开通热线"}, **V0).json == {
        "version": 1
    }
    theirs = draft(officer, RULES, {"document": rules(min_level=2)}).removeprefix("/policies")
    assert designer.call("POST", f"/branding{theirs}/publication", {"why": "试试"}, **V0).status_code == 404
    assert designer.call("DELETE", f"/branding{theirs}").status_code == 404
    undo = f"branding/{PROVINCE}/versions/1/undo"
    state = {"If-Match": '"v1"'}
    assert officer.call("POST", f"/policies/{undo}", {"why": "试试"}, **state).status_code == 422
    assert designer.call("POST", f"/branding/{undo}", {"why": "有误"}, **state).json == {"version": 2}
