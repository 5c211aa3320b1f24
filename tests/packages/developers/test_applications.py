"""The developers' side of applications: from a sandbox client to production, by two officers' clicks."""

import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey

import clients
from clients import applications
from clients.applications import form, jobs, judgement
from idp.base import clock
from idp.divisions import NATION
from tests.applying import APPROVER, FILING, REVIEWER, decide, officer, passed, registration, state, version
from tests.developers import CALLBACK, Developer, landed
from tests.officers import Officer
from tests.officers import landed as arrived
from tests.policies import item, publish
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


def typed(made: str, **changes: Any) -> dict[str, Any]:
    """The form, filled in for production."""
    entry = registration()
    names = (
        "name", "name_en", "organization", "organization_en", "contact", "purpose", "purpose_en", "retention",
        "retention_en", "jwks_uri", "token_endpoint_auth_method",
    )  # fmt: skip
    return {name: entry[name] for name in names} | {
        "redirect_uris": "https://good.example/cb",
        "scope": ["openid", "profile"],
        "filing": FILING,
        "version": version(made),
        **changes,
    }


def begun(me: Developer, team: str, **form: str) -> tuple[str, str]:
    """A draft of the team: its id and its page."""
    here = f"/developers/teams/{team}/applications"
    edit = landed(me.send(here, {"client_id": "hall", **form}, page=f"{here}/new"))
    made = edit.split("/")[-2]
    assert edit == f"{here}/{made}/edit"
    return made, f"{here}/{made}"


def test_a_sandbox_client_grows_into_a_portal_by_two_clicks_of_officers(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    trial = me.sandbox(team)
    made, here = begun(me, team, sandbox=trial.client.client_id)
    assert CALLBACK in me.get(f"{here}/edit").text
    assert 'id="faults"' in me.get(here).text
    assert landed(me.send(f"{here}/edit", typed(made), page=f"{here}/edit")) == here
    assert 'id="no-faults"' in me.get(here).text
    early = me.send(f"{here}/submit", {"version": str(version(made))}, page=here)
    assert (early.status_code, state(made)) == (422, "draft")
    passed(trial.client.client_id)
    assert landed(me.send(f"{here}/submit", {"version": str(version(made))}, page=here)) == here
    page = f"/admin/applications/{made}"
    for role, step in (("portal_officer", "review"), ("security_administrator", "approve")):
        who = Officer(app, role)
        yes = {"version": version(made), "outcome": "approved", "comment": ""}
        assert arrived(who.post(f"{page}/{step}", yes, page=page)) == page
    assert jobs.begin_approved() == 1
    assert "已上线" in me.get(here).text
    assert "OIDC_CLIENT_ID改为hall" in me.get(here).text
    clients.forget()
    portal = clients.find("hall")
    assert portal
    assert (portal.environment, portal.redirect_uris) == ("production", ("https://good.example/cb",))


def test_a_private_key_is_neither_kept_nor_sent_back(app: Flask) -> None:
    me = Developer(app)
    made, here = begun(me, me.team())
    key = ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)
    for keys in ({"keys": [key]}, key, [key]):
        with nothing_changed():
            answer = me.send(f"{here}/edit", typed(made, jwks=json.dumps(keys)), page=f"{here}/edit")
        assert answer.status_code == 400
        assert "请只填写公钥" in answer.text
        assert str(key["d"]) not in answer.text
    public = {"keys": [{name: value for name, value in key.items() if name != "d"}]}
    form = typed(made, jwks=json.dumps(public))
    assert landed(me.send(f"{here}/edit", form, page=f"{here}/edit")) == here


def test_what_was_ticked_stays_ticked_when_another_field_cannot_be_read(app: Flask) -> None:
    me = Developer(app)
    made, here = begun(me, me.team())
    ticked = {"scope": ["openid", "phone"], "basis-phone": "consent", "law-phone": "示范条款"}
    for wrong in ({"jwks": "{bad"}, {"effective_at": "x"}):
        answer = me.send(f"{here}/edit", typed(made, **ticked, **wrong), page=f"{here}/edit")
        assert answer.status_code == 400
        assert re.search(r'value="phone" checked', answer.text), wrong
        assert "示范条款" in answer.text


def test_developers_and_officers_see_whether_the_team_s_program_passed_its_self_check(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    trial = me.sandbox(team)
    made, here = begun(me, team)
    assert "还没有沙箱应用通过全部检查" in me.get(here).text
    passed(trial.client.client_id)
    assert "已通过全部检查" in me.get(here).text
    me.send(f"{here}/edit", typed(made), page=f"{here}/edit")
    me.send(f"{here}/submit", {"version": str(version(made))}, page=here)
    assert "已通过全部检查" in Officer(app, "portal_officer").get(f"/admin/applications/{made}").text


def test_items_stand_beside_the_catalogue_for_developers_and_officers(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    passed(me.sandbox(team).client.client_id)
    made, here = begun(me, team)
    codes = ("DEMO-ITEM-0001", "DEMO-ITEM-0002", "DEMO-ITEM-0003")
    asked = {"item_codes": "\n".join(codes), "scope": ["openid", "idcard"]}
    until = {"restricted_until": form.day_of(clock.now() + 300 * 86400)}
    ground = {"basis-idcard": "separate_consent", "impact_assessment": "PIA-2026-001"}
    sealed = {"userinfo_encrypted_response_alg": "ECDH-ES"}
    filled = typed(made, **asked, **until, **ground, **sealed)
    me.send(f"{here}/edit", filled, page=f"{here}/edit")
    publish("items", {"items": {codes[0]: item(level=3), codes[1]: item(scopes=["profile"])}})
    me.send(f"{here}/submit", {"version": str(version(made))}, page=here)
    for page in (me.get(here).text, Officer(app, "portal_officer").get(f"/admin/applications/{made}").text):
        open_item, narrow, unknown = re.findall(r"<li>(.*?)</li>", page[page.index('id="items"') :], re.S)[:3]
        assert "示范事项" in open_item
        assert "三级" in open_item
        assert "目录不允许" not in open_item
        assert re.search(r"目录不允许这个事项使用：.*证件号码", narrow, re.S)
        assert "目录中没有这个事项" in unknown


def test_a_change_begins_with_what_is_in_force_and_changes_nothing_yet(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    passed(me.sandbox(team).client.client_id)
    made, here = begun(me, team)
    me.send(f"{here}/edit", typed(made), page=f"{here}/edit")
    me.send(f"{here}/submit", {"version": str(version(made))}, page=here)
    _approve(made)
    again, there = begun(me, team)
    assert "https://good.example/cb" in me.get(f"{there}/edit").text
    change = typed(again, redirect_uris="https://good.example/new")
    assert landed(me.send(f"{there}/edit", change, page=f"{there}/edit")) == there
    table = me.get(there).text
    assert "https://good.example/new" in table
    clients.forget()
    portal = clients.find("hall")
    assert portal
    assert portal.redirect_uris == ("https://good.example/cb",)


def test_a_team_s_application_is_nobody_else_s(app: Flask) -> None:
    me, other = Developer(app), Developer(app, 1)
    team, theirs = me.team(), other.team("别的组")
    made, here = begun(me, team)
    for path in (here, f"{here}/edit", f"/developers/teams/{theirs}/applications/{made}"):
        assert other.get(path).status_code == 404
    with nothing_changed():
        wrong = f"/developers/teams/{theirs}/applications/{made}"
        assert other.send(f"{wrong}/withdraw", {"version": "1"}).status_code == 404
    assert len(events("team.deny")) >= 4
    assert state(made) == "draft"


def test_a_viewer_looks_and_does_nothing(app: Flask) -> None:
    me, viewer = Developer(app), Developer(app, 1)
    team = me.team()
    made, here = begun(me, team)
    viewer.join(team, me, "viewer")
    page = viewer.get(here).text
    assert "/submit" not in page
    with nothing_changed():
        assert viewer.send(f"{here}/submit", {"version": "1"}).status_code == 403
    assert state(made) == "draft"


def test_faults_and_changes_are_told_in_the_reader_s_language(app: Flask) -> None:
    me = Developer(app)
    _, here = begun(me, me.team())
    faults, table = _parts(me.get(here).text)
    assert "应用英文名称 name_en：未填写" in faults
    assert "等保备案号 filing：须填写网络安全等级保护备案编号，4至60个字符" in faults
    assert "is missing" not in faults
    assert "所属行政区划 division 全国 000000" in table
    assert "申请的数据 scopes 登录标识 openid 基本信息 profile" in table
    assert "现行" not in table, "nothing is in force"
    faults, table = _parts(me.get(f"{here}?lang=en").text)
    assert "Name of the portal in English name_en: is missing" in faults
    assert "must give the number of the protection level's filing, 4 to 60 characters" in faults
    assert "Division division The nation 000000" in table
    assert "Data asked for scopes Sign-in identifier openid Basic profile profile" in table


def test_a_reason_without_a_chinese_form_stays_english_and_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = Developer(app)
    _, here = begun(me, me.team())
    monkeypatch.setattr(judgement, "_filing", lambda application: [("filing", "is <odd>")])
    assert '<span lang="en">is &lt;odd&gt;</span>' in me.get(here).text
    assert '<span lang="en">' not in me.get(f"{here}?lang=en").text


def _parts(page: str) -> tuple[str, str]:
    """What is read of the faults, and of the table of changes."""
    parts = page[page.index('id="faults"') :].partition("</ul>")[0], page[page.index('id="changes"') :]
    plain = [re.sub("<wbr>|(<[^>]*>)", lambda tag: " " if tag[1] else "", part) for part in parts]
    faults, table = (re.sub(r"\s+", " ", unescape(part)) for part in plain)
    return re.sub(" (?=[：:])", "", faults), table


def test_what_is_wrong_is_said_and_kept(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    made, here = begun(me, team)
    bad = me.send(f"{here}/edit", typed(made, jwks="{", scope=["openid", "phone"]), page=f"{here}/edit")
    assert bad.status_code == 400
    assert "公钥集须为JSON格式" in bad.text
    evil = '"><script>alert(1)</script>'
    me.send(f"{here}/edit", typed(made, name=evil, contact=evil), page=f"{here}/edit")
    page = me.get(here).text
    assert "<script>alert" not in page
    refused = me.send(f"{here}/submit", {"version": str(version(made))}, page=f"{here}/edit")
    assert refused.status_code == 422
    stale = me.send(f"{here}/withdraw", {"version": "1"}, page=f"{here}/edit")
    assert stale.status_code == 412
    found = applications.find(made)
    assert found
    assert found.state == "draft"


@pytest.mark.parametrize("client_id", ["Bad Id", "", "x" * 65])
def test_no_draft_begins_for_what_is_no_client_id(client_id: str, app: Flask) -> None:
    me = Developer(app)
    here = f"/developers/teams/{me.team()}/applications"
    with nothing_changed():
        answer = me.send(here, {"client_id": client_id}, page=f"{here}/new")
    assert answer.status_code == 400
    assert 'href="#client_id"' in answer.text


def _approve(made: str) -> None:
    decide(made, officer("first", REVIEWER, NATION))
    decide(made, officer("second", APPROVER, NATION))
    assert jobs.begin_approved() == 1
    clients.forget()
