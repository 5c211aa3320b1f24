"""The consent page tells who asks for what, asks for it, and goes back with the decision."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import Client
from idp import consent, sessions
from idp.consent import asks
from idp.pages import cookies
from tests.loginface import events
from tests.packages.consent.conftest import MARK, RETURN_TO, Citizen, portal, step
from tests.policies import item, publish
from tests.webface import citizen, log_in


def test_the_page_tells_who_asks_for_what_why_and_for_how_long(someone: Citizen) -> None:
    publish("items", {"items": {"TAX-1": item(name="个人所得税申报")}})
    html = someone.asked(purpose="核对申报人", item="TAX-1")
    assert ">“示范门户”申请获取以下信息，用于办理“个人所得税申报”</h1>" in html
    assert "核对申报人" in html
    for told in ("示范市政务服务局", "portal@good.example", "good.example", "办理示范事项", "办结即删除",
                 "处理依据：履行法定职责", "处理依据：您的同意", "撤回授权"):  # fmt: skip
        assert told in html, told
    assert "张*范" in html
    assert "138****1234" in html
    assert "13800001234" not in html
    assert "张示范" not in html


def test_without_a_matter_the_title_names_the_portal_alone(someone: Citizen) -> None:
    assert ">“示范门户”申请获取以下信息</h1>" in someone.asked()


def test_nothing_is_chosen_beforehand_and_both_buttons_weigh_the_same(someone: Citizen) -> None:
    html = someone.asked()
    assert not re.search(r"\schecked|\sselected|autofocus", html)
    buttons = re.findall(r'<button class="([^"]+)" type="submit" id="(deny|agree)"', html)
    assert len({classes for classes, _ in buttons}) == 1
    assert [name for _, name in buttons] == ["deny", "agree"]


def test_the_whole_question_answered_goes_back_with_what_was_ticked(someone: Citizen, client: Client) -> None:
    someone.asked()
    first = someone.answers("agree", "phone")
    assert (first.status_code, first.headers["Location"]) == (303, f"/consent/{someone.ask}")
    assert "以下为敏感个人信息，请单独确认是否同意提供。" in someone.page().text
    last = someone.answers("agree")
    assert last.headers["Location"] == f"{RETURN_TO}?ask={someone.ask}"
    decision = someone.decision()
    assert decision
    assert decision.granted
    assert decision.scopes == ("openid", "profile", "phone", "profile.full")
    assert consent.given(client, someone.person_id, decision.scopes) == decision.scopes
    assert someone.decision() is None


def test_optional_data_can_be_refused_and_are_not_asked_for_again(someone: Citizen, client: Client) -> None:
    someone.asked()
    someone.answers("agree")
    someone.answers("deny")
    decision = someone.decision()
    assert decision
    assert (decision.granted, decision.scopes) == (True, ("openid", "profile"))
    assert consent.given(client, someone.person_id, ("openid", "phone", "profile.full")) == ("openid",)


def test_k13_refusing_keeps_nothing(someone: Citizen, client: Client) -> None:
    someone.asked()
    answer = someone.answers("deny", "phone")
    assert answer.headers["Location"] == f"{RETURN_TO}?ask={someone.ask}"
    decision = someone.decision()
    assert decision
    assert (decision.granted, decision.scopes) == (False, ())
    assert consent.of_person(someone.person_id) == []
    assert someone.page().status_code == 404


def test_a_portal_with_a_duty_tells_and_does_not_ask(someone: Citizen) -> None:
    html = someone.asked("openid", "profile")
    assert "无需您另行同意，现告知如下" in html
    assert "已阅读并继续" in html
    assert 'type="checkbox"' not in html


def test_the_elder_version_shows_one_kind_of_data_a_screen(someone: Citizen) -> None:
    someone.browser.get("/preferences?elder=1")
    html = someone.asked("openid", "phone", "profile.full")
    assert html.count('<th scope="row">') == 1
    assert "后面还有2页需要您确认。" in html
    someone.answers("agree")
    assert 'type="checkbox"' not in someone.page().text
    someone.answers("deny")
    someone.answers("agree")
    decision = someone.decision()
    assert decision
    assert decision.scopes == ("openid", "profile.full")


def test_a_child_is_told_that_a_guardian_decides(someone: Citizen) -> None:
    child = citizen("李小示", "01010120200101001X")
    log_in(someone.browser, child)
    someone.person_id = child
    html = someone.asked()
    assert "不满14周岁" in html
    assert 'type="checkbox"' not in html
    someone.answers("agree", "phone", "profile.full")
    decision = someone.decision()
    assert decision
    assert decision.scopes == ("openid", "profile")


def test_an_answer_to_another_screen_than_the_one_that_comes_next_decides_nothing(someone: Citizen) -> None:
    html = someone.asked()
    someone.answers("agree")
    answer = someone.answers("agree", step=step(html))
    assert answer.headers["Location"] == f"/consent/{someone.ask}"
    assert "以下为敏感个人信息" in someone.page().text


@pytest.mark.parametrize("decision", ["", "yes", "AGREE", "granted"])
def test_only_the_two_buttons_decide(someone: Citizen, decision: str) -> None:
    someone.asked()
    assert someone.answers(decision).headers["Location"] == f"/consent/{someone.ask}"
    assert someone.decision() is None


def test_a_question_belongs_to_its_browser(someone: Citizen) -> None:
    someone.asked()
    someone.browser.set_cookie(cookies.name("browser"), "c" * 43)
    assert someone.page().status_code == 404
    assert asks.take_decision(someone.ask, "c" * 43) is None


def test_a_question_belongs_to_its_person(someone: Citizen) -> None:
    someone.asked()
    log_in(someone.browser, citizen("王示例", "010101198001010013"))
    answer = someone.page()
    assert answer.status_code == 403
    assert "属于另一位用户" in answer.text


def test_a_decision_is_told_to_the_browser_that_was_asked_and_only_once(someone: Citizen) -> None:
    someone.asked("openid")
    someone.answers("agree")
    assert asks.take_decision(someone.ask, "c" * 43) is None
    assert someone.decision() is None


def test_a_session_that_ended_goes_back_to_log_in_again(someone: Citizen) -> None:
    someone.asked()
    sessions.end(someone.session)
    assert someone.page().headers["Location"] == RETURN_TO
    assert consent.of_person(someone.person_id) == []


def test_a_question_of_a_disabled_portal_is_refused(
    someone: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone.asked()
    monkeypatch.setattr("clients.find", lambda client_id: None)
    assert someone.page().status_code == 403


def test_a_portal_that_changed_while_asking_is_shown_as_it_is_now(someone: Citizen) -> None:
    someone.asked("openid")
    changed = portal(name="改名门户")
    assert "改名门户" in someone.page().text
    someone.answers("agree")
    [kept] = consent.of_person(someone.person_id)
    assert kept.fingerprint == changed.fingerprint


def test_the_form_may_lead_back_to_the_portal(someone: Citizen) -> None:
    someone.asked()
    assert "form-action 'self' https://good.example;" in someone.page().headers["Content-Security-Policy"]


def test_of_two_tabs_that_decide_one_decides(someone: Citizen) -> None:
    someone.asked("openid")
    question = asks.peek(someone.ask)
    assert question
    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(lambda granted: asks.decide(question, granted=granted), [True, False] * 8))
    assert wins.count(True) == 1


def test_a_return_address_elsewhere_is_a_defect() -> None:
    for address in ("https://evil.example", "//evil.example", "authorize"):
        with pytest.raises(ValueError, match="path of this server"):
            asks.start(browser=MARK, person_id="p", client_id="c", scopes=(), return_to=address)


def test_a_refusal_leaves_one_line_in_the_record(someone: Citizen) -> None:
    someone.asked("openid", "phone")
    before = len(events("consent.grant"))
    someone.answers("deny")
    [line] = events("consent.grant")[before:]
    assert (line.outcome, line.person, line.client) == ("refused", someone.person_id, "portal-a")
