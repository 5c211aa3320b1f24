"""Attack book, R04 and INV6: failure counters and holds, at the login pages, when Redis forgets."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from idp import authenticators, sessions
from idp.audit import set_request
from idp.base import clock
from idp.store import redis
from tests.conftest import MovableClock
from tests.loginface import ABSENT, NUMBER, PASSWORD, Browser, bare, events, someone, spooled, with_generator
from tests.webface import csrf

__all__ = ["spooled"]
pytestmark = pytest.mark.usefixtures("spooled")

OWNERS_PLACE, THIEFS_PLACE = "198.51.100.7", "192.0.2.1"


@pytest.fixture
def guesses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The wrong passwords that were looked at; the right one opens."""
    seen: list[str] = []
    lock = Lock()

    def check(person_id: str | None, password: str) -> bool:
        if password == PASSWORD and person_id is not None:
            return True
        with lock:
            seen.append(password)
        return False

    monkeypatch.setattr(authenticators.password, "check", check)
    return seen


def at(address: str) -> None:
    set_request("", address)


class Thief:
    """Somebody who guesses: every guess a new attempt, for a flush loses the attempts."""

    def __init__(self, name: str = NUMBER, mark: str = "the thief's browser") -> None:
        self.name = name
        self.browser = Browser(mark)

    def guess(self, password: str = "guess", address: str = THIEFS_PLACE) -> str:
        """The page after a guess."""
        at(address)
        self.browser.log_in(self.name, password)
        return bare(self.browser.look())


def owner() -> Browser:
    """The owner's browser, in which the owner has logged in before."""
    at(OWNERS_PLACE)
    browser = Browser("the owner's browser")
    browser.log_in()
    assert browser.session is not None
    return browser


def test_r04_a_flush_in_the_middle_of_guessing_gives_no_further_guess(guesses: list[str]) -> None:
    someone()
    thief = Thief()
    for flushed in (True, False, True, False, True, True, False, True):
        thief.guess()
        if flushed:
            redis.call("FLUSHALL")
    assert len(guesses) == 5
    assert "秒后再试" in thief.guess() or "登录已暂停" in thief.guess()


def test_r04_a_hold_is_not_lost_by_a_flush(guesses: list[str], time_travel: MovableClock) -> None:
    someone()
    thief = Thief()
    for _ in range(10):
        thief.guess()
        time_travel.advance(61)
    assert len(guesses) == 10
    redis.call("FLUSHALL")
    assert "登录已暂停" in thief.guess()
    assert "登录已暂停" in thief.guess(PASSWORD), "the right password comes too late"
    assert thief.browser.session is None


def test_r04_guessing_from_everywhere_locks_nobody_out_of_a_known_device(guesses: list[str]) -> None:
    someone()
    mine = owner()
    thief = Thief()
    for place in range(40):
        thief.guess(address=f"10.0.0.{place}")
        if place % 9 == 0:
            redis.call("FLUSHALL")
    assert len(guesses) == 20
    redis.call("FLUSHALL")
    assert mine.session is None, "the flush ended every session"
    at(OWNERS_PLACE)
    mine.log_in()
    assert mine.session is not None
    assert "登录已暂停" in thief.guess(address="10.0.1.1")


def test_r04_after_a_flush_an_account_and_none_are_answered_alike(guesses: list[str]) -> None:
    someone()
    pages = []
    for number in (NUMBER, ABSENT):
        thief = Thief(number)
        for _ in range(5):
            thief.guess()
        redis.call("FLUSHALL")
        pages.append(re.sub(r"[0-9]+秒|0\*+[0-9X]", "", thief.guess()))
    assert "秒后再试" in thief.guess()
    assert pages[0] == pages[1]


def test_r04_wrong_one_time_codes_are_not_forgotten(guesses: list[str], time_travel: MovableClock) -> None:
    generator = with_generator(someone())
    time_travel.advance(60)
    thief = Thief()
    for _ in range(7):
        thief.guess(PASSWORD)
        thief.browser.code("000000")
        redis.call("FLUSHALL")
    assert len(events("mfa.failure")) == 5
    thief.guess(PASSWORD)
    thief.browser.code(generator.at(clock.now()))
    assert thief.browser.session is None


@pytest.mark.parametrize("flushed", [False, True])
def test_inv6_parallel_wrong_passwords_are_never_looked_at_beyond_the_limit(
    guesses: list[str], flushed: bool
) -> None:
    someone()
    for _ in range(2):
        Thief().guess()
    if flushed:
        redis.call("FLUSHALL")
    crowd = [Browser(f"browser {n}") for n in range(12)]
    forms = []
    for browser in crowd:
        browser.begin()
        browser.identify()
        forms.append({"csrf_token": csrf(browser.look().text), "step": "password", "password": "guess"})
    gate = Barrier(len(crowd))

    def post(n: int) -> int:
        at(THIEFS_PLACE)
        gate.wait()
        return crowd[n].client.post(f"/login/{crowd[n].attempt}", data=forms[n]).status_code

    with ThreadPoolExecutor(len(crowd)) as pool:
        assert set(pool.map(post, range(len(crowd)))) == {303}
    assert len(guesses) == 5
    assert len(events("login.failure")) == 5
    assert len(events("login.throttled")) == 9
    assert sessions.find(crowd[0].cookie) is None
