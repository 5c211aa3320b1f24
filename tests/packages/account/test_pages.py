"""The account pages show one's own account, masked, and change it by forms alone."""

import pytest

from idp import login, persons, sessions
from idp.account import device
from idp.audit import jobs
from idp.persons import service as registry
from tests.loginface import events
from tests.packages.account.conftest import CHROME, Citizen
from tests.webface import citizen

PAGES = ("", "sessions", "consents", "second-factor", "password", "history", "activity")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_shows_nothing_unmasked(someone: Citizen, page: str) -> None:
    html = someone.page(page)
    assert "张*范" in html
    for secret in ("张示范", "01010119900307019X", "13800001234", someone.person_id):
        assert secret not in html


@pytest.mark.parametrize("page", PAGES)
def test_every_page_marks_its_place_in_the_menu(someone: Citizen, page: str) -> None:
    assert f'<a href="/account/{page}" aria-current="page">' in someone.page(page)


@pytest.mark.parametrize("page", PAGES)
def test_whoever_is_not_logged_in_logs_in_and_comes_back(someone: Citizen, page: str) -> None:
    sessions.end(someone.session)
    answer = someone.browser.get(f"/account/{page}")
    assert answer.status_code == 303
    attempt = login.attempts.peek(answer.headers["Location"].removeprefix("/login/"))
    assert attempt
    assert attempt.return_to == f"/account/{page}"
    mark = someone.browser.get_cookie("browser")
    assert mark
    assert attempt.belongs_to(mark.value)


def test_a_form_of_a_session_that_ended_changes_nothing(someone: Citizen) -> None:
    other = someone.elsewhere()
    token_page = someone.page("password")
    sessions.end(someone.session)
    form = {"csrf_token": token_page.partition('csrf_token" value="')[2].partition('"')[0]}
    answer = someone.browser.post("/account/sessions/end-others", data=form)
    assert answer.headers["Location"].startswith("/login/")
    assert sessions.of_person(someone.person_id) == [other]


def test_a_person_who_is_no_longer_active_is_logged_out(someone: Citizen) -> None:
    registry.freeze(someone.person_id, operator="tester", cause="test")
    persons.forget()
    assert someone.browser.get("/account/").status_code == 403
    assert someone.live() is None


def test_looking_at_pages_keeps_a_session_from_idling_out(someone: Citizen, time_travel: object) -> None:
    for _ in range(4):
        time_travel.advance(1000)  # type: ignore[attr-defined]
        assert someone.browser.get("/account/").status_code == 200
    time_travel.advance(1801)  # type: ignore[attr-defined]
    assert someone.browser.get("/account/").status_code == 303


def test_devices_are_listed_with_this_one_marked(someone: Citizen) -> None:
    someone.elsewhere()
    html = someone.page("sessions")
    assert "Windows · Chrome" in html
    assert "10.1.2.3" in html
    assert html.count("当前设备") == 1
    assert html.index("当前设备") < html.index("Windows · Chrome")


def test_another_device_can_be_signed_out_and_this_one_stays(someone: Citizen) -> None:
    other, third = someone.elsewhere(), someone.elsewhere()
    answer = someone.posts(f"sessions/{other.id}/end")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/sessions")
    assert "该设备已下线。" in someone.page("sessions")
    assert {session.id for session in sessions.of_person(someone.person_id)} == {someone.session.id, third.id}


def test_all_other_devices_can_be_signed_out(someone: Citizen) -> None:
    someone.elsewhere()
    someone.elsewhere()
    someone.posts("sessions/end-others")
    assert [session.id for session in sessions.of_person(someone.person_id)] == [someone.session.id]
    assert "没有其他设备正在登录。" in someone.page("sessions")


def test_nobody_signs_out_a_stranger(someone: Citizen) -> None:
    stranger = citizen("王示例", "010101198001010013")
    _, theirs = sessions.start(stranger, 2, ("pwd",), address="", agent="")
    assert someone.posts(f"sessions/{theirs.id}/end").status_code == 404
    assert sessions.of_person(stranger) == [theirs]


def test_the_history_tells_what_happened_to_this_account(someone: Citizen) -> None:
    assert "登录失败" not in someone.page("history")
    someone.posts(
        "password", {"old": "wrong", "new": "another horse battery", "again": "another horse battery"}
    )
    assert events("login.failure")[-1].person == someone.person_id
    jobs.ship()
    assert "登录失败" in someone.page("history")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Windows · Chrome"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "iPhone · Safari",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130 Mobile Safari MicroMessenger/8.0", "Android · WeChat"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Windows · Edge"),
        ("curl/8", ""),
        ("<script>", ""),
    ],
)
def test_a_device_is_told_in_words(agent: str, words: str) -> None:
    assert str(device.of(agent)) == words
