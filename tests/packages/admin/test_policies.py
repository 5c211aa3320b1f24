"""Policies at the console: drafted, tried, published with a reason, undone; within reach and by group."""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp import audit, policies
from idp.audit import jobs
from idp.base import clock
from idp.base.clock import SHANGHAI
from idp.divisions import NATION
from idp.policies import queries, sheet
from idp.store import db
from tests.actors import ISSUER, portal
from tests.officers import CITY, HERE, OTHER_PROVINCE, PROVINCE, Officer, department, grow_tree, landed
from tests.policies import branding, catalogue, item, publish, rules
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")

RULES = f"/admin/policies/rules/{PROVINCE}"
ITEMS = f"/admin/policies/items/{PROVINCE}"
STRICT = {"min_level": "2", "legal_level": "3", "max_age": "3600", "offline_access": "no"}
ITEM = {
    "item_code": "LICENCE", "name": "食品经营许可", "name_en": "Food licence", "level": "2",
    "user_types": ["natural", "legal"], "scopes": ["*"], "mandate_kinds": ["legal_representative"],
}  # fmt: skip
HEADER = "item_code,name,name_en,user_types,level,scopes,mandate_kinds\n"


@pytest.fixture
def security(app: Flask) -> Officer:
    grow_tree()
    return Officer(app, "security_administrator", division=PROVINCE)


def draft(officer: Officer, page: str, form: dict[str, Any]) -> str:
    """Send the form of a page; the path of the draft it made."""
    path = landed(officer.post(page, form, page=page))
    assert path.startswith("/admin/policies/drafts/")
    return path


def published(officer: Officer, path: str, why: str = "省厅发文", noun: str = "policies") -> str:
    action = path.replace("/policies/", f"/{noun}/", 1)
    return landed(officer.post(f"{action}/publish", {"why": why}, page=path))


def test_rules_are_drafted_tried_published_and_undone(security: Officer) -> None:
    assert "本级和上级都尚未设定" in security.get(RULES).text
    path = draft(security, f"{RULES}/edit", STRICT)
    shown = security.get(path).text
    assert "最近7天没有进入应用的记录" in shown
    assert policies.current().at(PROVINCE).rules.min_level == 1
    assert published(security, path) == RULES
    held = policies.current().at(CITY).rules
    assert (held.min_level, held.legal_level, held.max_age, held.offline_access) == (2, 3, 3600, False)
    assert "省厅发文" in security.get(RULES).text
    version = f"{RULES}/versions/1"
    assert landed(security.post(f"{version}/undo", {"why": "有误"}, page=version)) == RULES
    assert policies.current().at(CITY).rules.min_level == 1
    history = security.get(RULES).text
    assert "撤销第1版" in history
    assert "有误" in history
    assert security.member.name in history
    done = [(one.kind, one.region) for one in events() if one.kind == "policy.change"]
    assert done == [("policy.change", PROVINCE)] * 2


def test_nothing_is_published_without_a_reason(security: Officer) -> None:
    path = draft(security, f"{RULES}/edit", STRICT)
    answer = security.post(f"{path}/publish", {"why": " "}, page=path)
    assert answer.status_code == 400
    assert "请写明变更理由" in answer.text
    assert queries.current("rules", PROVINCE) is None


def test_l23_a_draft_of_an_older_version_is_not_published(security: Officer) -> None:
    first = draft(security, f"{RULES}/edit", STRICT)
    second = draft(security, f"{RULES}/edit", {**STRICT, "min_level": "3"})
    published(security, first)
    shown = security.get(second).text
    assert 'id="stale"' in shown
    assert 'id="publish"' not in shown
    answer = security.post(f"{second}/publish", {"why": "再次", "version": "0"}, page=second)
    assert answer.status_code == 412
    assert landed(security.post(f"{second}/discard", page=second)) == RULES
    assert security.get(second).status_code == 404


@pytest.mark.parametrize(
    ("form", "field"),
    [({"min_level": "5"}, "min_level"), ({"max_age": "30"}, "max_age"), ({"max_age": "abc"}, "max_age")],
)
def test_a_form_with_a_fault_comes_back_with_what_was_typed(
    form: dict[str, str], field: str, security: Officer
) -> None:
    answer = security.post(f"{RULES}/edit", STRICT | form, page=f"{RULES}/edit")
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert '<option value="3" selected>' in answer.text


def test_a_lower_division_never_loosens(app: Flask, security: Officer) -> None:
    published(security, draft(security, f"{RULES}/edit", STRICT))
    city = Officer(app, "security_administrator", division=CITY)
    page = f"/admin/policies/rules/{CITY}/edit"
    answer = city.post(page, STRICT | {"max_age": "7200"}, page=page)
    assert answer.status_code == 400
    assert "不能比上级规定（3600）宽松" in answer.text


def test_l13_policies_above_and_beside_are_not_there(app: Flask, security: Officer) -> None:
    published(security, draft(security, f"{RULES}/edit", STRICT))
    path = draft(security, f"{RULES}/edit", STRICT | {"min_level": "3"})
    for division in (CITY, OTHER_PROVINCE):
        other = Officer(app, "security_administrator", division=division)
        with nothing_published():
            assert other.get(RULES).status_code == 404
            assert other.get(path).status_code == 404
            assert other.get(f"{RULES}/versions/1").status_code == 404
            home = "/admin/policies"
            for action in (f"{path}/publish", f"{path}/discard", f"{RULES}/versions/1/undo", f"{RULES}/edit"):
                assert other.post(action, {"why": "试试", **STRICT}, page=home).status_code == 404, action
        assert RULES not in other.get("/admin/policies").text
    assert {one.outcome for one in events("admin.deny")} == {"refused"}


def test_l13_each_group_changes_its_own_kinds_alone(app: Flask, security: Officer) -> None:
    officer = Officer(app, "portal_officer", division=PROVINCE)
    auditor = Officer(app, "audit_administrator", division=PROVINCE)
    own = f"/admin/policies/branding/{PROVINCE}/edit"
    for other in (officer, auditor):
        assert other.get(RULES).status_code == 200
        assert other.get(f"{RULES}/edit").status_code == 403
        assert 'id="edit"' not in other.get(RULES).text
    assert security.get(own).status_code == 403
    path = draft(officer, own, branding(name="示范政务", name_en="Demo services"))
    assert 'id="publish"' not in security.get(path).text
    assert security.post(f"{path}/publish", {"why": "试试"}).status_code == 404
    assert (
        security.post(f"{path.replace('policies', 'branding')}/publish", {"why": "试试"}).status_code == 403
    )
    assert queries.current("branding", PROVINCE) is None
    assert published(officer, path, noun="branding") == f"/admin/policies/branding/{PROVINCE}"
    held = policies.current().at(CITY).branding
    assert (held.name, held.name_en) == ("示范政务", "Demo services")
    rules_draft = draft(security, f"{RULES}/edit", STRICT)
    with nothing_published():
        page = rules_draft.replace("policies", "branding")
        assert officer.post(f"{page}/publish", {"why": "试试", "version": "0"}).status_code == 404


@contextmanager
def nothing_published() -> Iterator[None]:
    """Versions and drafts stay as they are."""
    before = [
        db.fetch_all(text(f"SELECT * FROM policy_{one} ORDER BY 1, 2, 3")) for one in ("version", "draft")
    ]
    yield
    after = [
        db.fetch_all(text(f"SELECT * FROM policy_{one} ORDER BY 1, 2, 3")) for one in ("version", "draft")
    ]
    assert before == after


def test_a_branding_that_imitates_the_platform_is_refused_beside_its_field(app: Flask) -> None:
    officer = Officer(app, "portal_officer", division=PROVINCE)
    page = f"/admin/policies/branding/{PROVINCE}/edit"
    answer = officer.post(page, branding(name="统一身份认证平台", name_en="Demo"), page=page)
    assert answer.status_code == 400
    assert 'id="name-error"' in answer.text
    assert queries.drafts(officer.member.reach) == ()


def test_notices_are_typed_in_minutes_of_shanghai_and_previewed(app: Flask) -> None:
    officer = Officer(app, "portal_officer", division=PROVINCE)
    page = f"/admin/policies/notices/{PROVINCE}/edit"
    begin = datetime.fromtimestamp(clock.now(), SHANGHAI) + timedelta(hours=1)
    form = {
        "text-2": "周六维护", "text_en-2": "Maintenance on Saturday", "tone-2": "warning",
        "starts-2": f"{begin:%Y-%m-%dT%H:%M}", "ends-2": f"{begin + timedelta(hours=3):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    wrong = officer.post(
        page, form | {"ends-2": form["starts-2"], "text_en-2": "see www.example.com"}, page=page
    )
    assert wrong.status_code == 400
    assert 'id="text_en-2-error"' in wrong.text
    path = draft(officer, page, form)
    assert "周六维护" in officer.get(path).text.partition('id="preview"')[2]
    published(officer, path, noun="branding")
    (held,) = policies.current().at(CITY).notices
    assert (held.text, held.tone) == ("周六维护", "warning")
    assert held.starts_at == int(begin.replace(second=0, microsecond=0).timestamp())
    assert 'value="' + form["starts-2"] in officer.get(page).text


def test_an_item_is_added_found_changed_and_removed(security: Officer) -> None:
    published(security, draft(security, f"{ITEMS}/edit", ITEM))
    assert "食品经营许可" in security.get(f"{ITEMS}?q=LIC").text
    assert "没有找到事项" in security.get(f"{ITEMS}?q=none").text
    one = f"{ITEMS}/item?code=LICENCE"
    form = security.get(f"{ITEMS}/edit?code=LICENCE").text
    assert 'value="食品经营许可"' in form
    path = landed(security.post(f"{ITEMS}/edit", ITEM | {"level": "3"}, page=f"{ITEMS}/edit?code=LICENCE"))
    shown = security.get(path).text
    assert re.search(r"<code>LICENCE</code> 最低等级</th><td[^>]*>二级</td><td[^>]*>三级</td>", shown)
    published(security, path, "提升为l3")
    assert policies.current().at(CITY).item("LICENCE").level == 3  # type: ignore[union-attr]
    past = security.get(one).text.partition('id="past"')[2]
    assert past.index("提升为l3") < past.index("省厅发文")
    published(security, landed(security.post(f"{ITEMS}/remove", {"code": "LICENCE"}, page=one)))
    assert policies.current().at(CITY).item("LICENCE") is None
    assert "已移出目录" in security.get(one).text
    assert security.get(f"{ITEMS}/item?code=OTHER").status_code == 404
    assert security.post(f"{ITEMS}/remove", {"code": "OTHER"}, page=one).status_code in (400, 404)


def test_an_item_that_would_loosen_the_nations_is_refused_beside_its_field(security: Officer) -> None:
    publish("items", catalogue(LICENCE=item(level=3)))
    assert "在本级收紧" in security.get(f"{ITEMS}/item?code=LICENCE").text
    answer = security.post(f"{ITEMS}/edit", ITEM, page=f"{ITEMS}/edit?code=LICENCE")
    assert answer.status_code == 400
    assert 'id="level-error"' in answer.text
    assert "不能比上级规定（三级）宽松" in answer.text


def upload(officer: Officer, data: bytes) -> TestResponse:
    """Send a sheet as a browser does; the test client would leave the file of a large one open."""
    hidden = dict(re.findall(r'name="(csrf_token|version)" value="([^"]+)"', officer.get(ITEMS).text))
    fields = {**hidden, "division": PROVINCE}
    parts = [
        f'--mark\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = b'--mark\r\nContent-Disposition: form-data; name="sheet"; filename="items.csv"\r\n'
    body = b"".join([*parts, head, b"Content-Type: text/csv\r\n\r\n", data, b"\r\n--mark--\r\n"])
    return officer.http.post(
        "/admin/policies/sheet",
        data=body,
        content_type="multipart/form-data; boundary=mark",
        base_url=ISSUER,
        environ_base=HERE,
    )


def test_each_fault_of_an_item_names_its_field(security: Officer) -> None:
    empty = {"item_code": "", "name": "", "name_en": "", "level": "1"}
    answer = security.post(f"{ITEMS}/edit", empty, page=f"{ITEMS}/edit")
    assert answer.status_code == 400
    for field in ("事项编码须", "名称：", "英文名称：", "用户类型："):
        assert re.search(rf'<li><a href="#[^"]+">{field}', answer.text), field


def test_without_a_sheet_one_is_asked_for(security: Officer) -> None:
    answer = security.post("/admin/policies/sheet", {"division": PROVINCE}, page=ITEMS)
    assert answer.status_code == 400
    assert "请选择表格文件" in answer.text
    assert "第一行须为列名" not in answer.text


def test_a_sheet_is_taken_as_a_whole_or_not_at_all(security: Officer) -> None:
    line = "DEMO-1,示范事项,Demo item,natural,2,profile,\n"
    answer = upload(security, (HEADER + line + "DEMO-2,,Bad,natural,9,profile,\n").encode())
    assert answer.status_code == 400
    found = re.findall(
        r'<th scope="row">(\d+)</th><td[^>]*>(\S+)</td><td[^>]*><code>(\w+)</code>', answer.text
    )
    assert found == [("3", "DEMO-2", "name"), ("3", "DEMO-2", "level")]
    assert queries.drafts(security.member.reach) == ()
    published(security, landed(upload(security, (HEADER + line).encode())))
    answer = security.get(f"{ITEMS}/sheet.csv")
    assert answer.mimetype == "text/csv"
    assert sheet.read(answer.data) == policies.current().own("items", PROVINCE)


def test_a_catalogue_of_twenty_thousand_is_imported_and_paged_through(security: Officer) -> None:
    lines = "".join(f"D-{n:05},示范事项{n},Demo item {n},natural,2,profile,\n" for n in range(20_000))
    path = landed(upload(security, (HEADER + lines).encode()))
    assert "还有19800处变更没有列出" in security.get(path).text
    published(security, path)
    first = security.get(ITEMS).text
    assert "共20000项" in first
    following = re.search(r'id="next" href="([^"]+)"', first)
    assert following
    began = time.process_time()
    second = security.get(following[1].replace("&amp;", "&")).text.partition('id="items"')[2]
    assert "D-00050" in second
    assert "D-00049" not in second
    assert time.process_time() - began < 5


def test_o18_no_other_page_takes_so_much_and_nobody_else_sends_a_sheet(app: Flask, security: Officer) -> None:
    large = {"division": PROVINCE, "sheet": (io.BytesIO(b"x" * 100_000), "items.csv")}
    assert security.post(f"{RULES}/edit", large, page=ITEMS).status_code == 413
    stranger = Officer(app)
    stranger.http.delete_cookie("staff", domain="127.0.0.1")
    large["sheet"] = (io.BytesIO(b"x" * 100_000), "items.csv")
    answer = stranger.http.post("/admin/policies/sheet", data=large, base_url=ISSUER, environ_base=HERE)
    assert answer.status_code == 413


def test_a_draft_shows_what_would_have_changed_and_names_nobody(security: Officer) -> None:
    portal("tax", division=CITY)
    publish("items", catalogue(LICENCE=item(level=2)))
    for n in range(12):
        audit.record(
            "authz.grant", client="tax", person=f"person-{n}", scope="openid", level=2, item="LICENCE"
        )
    for n in range(3):
        audit.record(
            "authz.grant", client="tax", person=f"other-{n}", scope="openid", level=3, item="LICENCE"
        )
    jobs.ship()
    path = draft(security, f"{ITEMS}/edit", ITEM | {"level": "3"})
    page = security.get(path).text
    outcomes = page.partition('id="whatif-outcomes"')[2].partition("</table>")[0]
    told = dict(re.findall(r'<th scope="row">([^<]+)</th>\n<td class="count">([^<]+)</td>', outcomes))
    assert told["会被要求更高等级"] == "10次"
    assert told["没有变化"] == "少于5次"
    assert told["会被拒绝"] == "0次"
    assert "从2级到3级" in page
    assert "税务服务门户" in page.partition('id="whatif-portals"')[2]
    assert "person-" not in page
    assert "other-" not in page


def test_the_list_shows_what_is_within_reach_and_leads_anywhere_there(app: Flask, security: Officer) -> None:
    assert "您管辖的范围内还没有策略" in security.get("/admin/policies").text
    publish("rules", rules(min_level=2))
    publish("rules", rules(min_level=3), PROVINCE)
    publish("rules", rules(min_level=3), OTHER_PROVINCE)
    listed = security.get("/admin/policies").text
    assert RULES in listed
    assert f"rules/{NATION}" not in listed
    assert f"rules/{OTHER_PROVINCE}" not in listed
    opened = security.get("/admin/policies", query_string={"kind": "items", "division": CITY})
    assert landed(opened) == f"/admin/policies/items/{CITY}"
    for division in (OTHER_PROVINCE, "x", "019999"):
        answer = security.get("/admin/policies", query_string={"kind": "items", "division": division})
        assert answer.status_code == 400
    department_officer = Officer(app, "security_administrator", division=CITY, department=department())
    assert department_officer.get(RULES).status_code == 404
    assert department_officer.get(f"/admin/policies/rules/{CITY}/edit").status_code == 404


def test_every_page_is_there_in_english(app: Flask, security: Officer) -> None:
    publish("items", catalogue(LICENCE=item(level=2)), PROVINCE)
    publish("rules", rules(min_level=2), PROVINCE)
    path = draft(security, f"{RULES}/edit", STRICT)
    for page in (
        "/admin/policies", RULES, f"{RULES}/edit", f"{RULES}/versions/1", ITEMS, f"{ITEMS}/item?code=LICENCE",
        f"{ITEMS}/edit?code=LICENCE", path, f"/admin/policies/branding/{PROVINCE}",
        f"/admin/policies/notices/{PROVINCE}",
    ):  # fmt: skip
        text = security.get(page, headers={"Accept-Language": "en"}).text
        main = text.partition('<main id="main"')[2].partition("</main>")[0]
        shown = re.sub(r"示[范例]\w*|试验|<[^>]+>", "", main)
        assert not re.search("[\u4e00-\u9fff]", shown), (page, re.findall("[\u4e00-\u9fff]+", shown))
