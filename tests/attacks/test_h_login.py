"""Attack book H: the first factor, enumeration of citizens, lock-out."""

import logging
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest

from idp import audit, authenticators, login, organizations, settings
from idp.audit import jobs, queries
from idp.base import clock
from idp.base.errors import Rejected
from idp.login import attempts, identifier, steps
from idp.login.step import Visitor
from idp.login.steps import password as password_step
from idp.persons import service as registry
from tests.conftest import MovableClock
from tests.loginface import (
    ABSENT,
    NUMBER,
    PASSWORD,
    Browser,
    bare,
    events,
    from_one_address,
    no_hashing,
    someone,
    spooled,
)
from tests.webface import with_check_digit

__all__ = ["from_one_address", "no_hashing", "spooled"]
pytestmark = pytest.mark.usefixtures("spooled", "from_one_address")

BOTH = ("natural", "legal")


def number(n: int) -> str:
    """A synthetic ID number for each n."""
    return with_check_digit(f"0101011990{1 + n // 900 % 12:02}{1 + n // 90 % 10:02}{10 + n % 90:03}")


def shapes(name: str, password: str) -> list[Any]:
    """All a stranger sees of one failed login."""
    browser = Browser("the same browser")
    browser.begin()
    seen = []
    for answer in (browser.identify(name), browser.look(), browser.password(password), browser.look()):
        headers = {key for key, _ in answer.headers}
        kept = {key: answer.headers[key] for key in headers - {"Set-Cookie", "Content-Length", "Location"}}
        cookies_set = sorted(value.split("=")[0] for value in answer.headers.getlist("Set-Cookie"))
        text = re.sub(r"[0-9]\*{16}[0-9X]", "mask", bare(answer).replace(browser.attempt, ""))
        seen.append((answer.status_code, kept, cookies_set, text))
    return seen


def test_h01_existing_absent_and_barred_accounts_get_one_answer() -> None:
    someone(number(1))
    frozen, dead = someone(number(2)), someone(number(3))
    registry.freeze(frozen.id, cause="test")
    registry.record_death(dead.id)
    someone(number(4), password=None)
    control = shapes(number(6), "wrong password")
    assert control[0][0] == 303
    for name, password in (
        (number(1), "wrong password"),
        (number(2), "wrong password"),
        (number(3), "wrong password"),
        (number(4), "wrong password"),
        (number(7), "wrong password"),
    ):
        assert shapes(name, password) == control


@pytest.mark.parametrize("bar", ["frozen", "deceased", "no password"])
def test_h01_the_right_password_of_a_barred_account_is_answered_like_a_wrong_one(bar: str) -> None:
    person = someone(password=None if bar == "no password" else PASSWORD)
    if bar == "frozen":
        registry.freeze(person.id, cause="test")
    if bar == "deceased":
        registry.record_death(person.id)
    assert shapes(NUMBER, PASSWORD) == shapes(ABSENT, PASSWORD)


def test_h01_paused_accounts_are_answered_alike_whether_they_exist_or_not() -> None:
    someone()
    for name in (NUMBER, ABSENT):
        for _ in range(5):
            Browser().log_in(name, "wrong")
    seen = [shapes(name, "wrong") for name in (NUMBER, ABSENT)]
    assert "操作过于频繁" in seen[0][3][3]
    assert _without_seconds(seen[0]) == _without_seconds(seen[1])


def _without_seconds(shape: list[Any]) -> str:
    return re.sub(r"请\d+秒", "", str(shape))


def auc(left: list[float], right: list[float]) -> float:
    """How well a single time tells left from right; 0.5 is not at all (Mann-Whitney U)."""
    wins = sum((a > b) + 0.5 * (a == b) for a in left for b in right)
    share = wins / (len(left) * len(right))
    return max(share, 1 - share)


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def test_h02_time_does_not_tell_existing_from_absent(test_settings: settings.Settings) -> None:
    """200 interleaved samples each of the whole password step, with the real hash."""
    boundless = {
        "login_slow_failures": 10**6,
        "login_lock_failures": 10**6,
        "login_account_failures": 10**6,
        "login_network_failures": 10**6,
    }
    settings.use(settings.current().model_copy(update=boundless))
    someone()
    visitor = Visitor(address="192.0.2.1", agent="", browser="b", device="")

    def step(name: str) -> Callable[[], object]:
        attempt_id = attempts.start(browser="b", return_to="/", requirement=login.Requirement())
        started = attempts.peek(attempt_id)
        assert started
        move = steps.STEPS[0].post(started, None, {"identifier": name}, visitor)
        return lambda: password_step.post(move.attempt, None, {"password": "wrong"}, visitor)

    existing, absent = step(NUMBER), step(ABSENT)
    for _ in range(10):
        existing(), absent()
    times: tuple[list[float], list[float]] = ([], [])
    for n in range(200):
        first, second = (0, 1) if n % 2 else (1, 0)
        for which in (first, second):
            times[which].append(timed((existing, absent)[which]))
    assert statistics.median(times[0]) > 0.005  # the hash was computed
    assert auc(*times) <= 0.6


def test_h13_a_credit_code_is_read_in_every_spelling_or_refused() -> None:
    for spelling in ("91010101ma000012x0", "９１０１０１０１ＭＡ００００１２Ｘ０", "91010101 MA000012 X0"):
        assert identifier.recognise(spelling).value == "91010101MA000012X0"
    for wrong in ("91010101MA000012X1", "91O10101MA000012X0", "9I010101MA000012X0", "MA0000125"):
        with pytest.raises(Rejected) as refusal:
            identifier.recognise(wrong)
        assert refusal.value.code in ("ID-001", "ID-006")


def test_h14_the_kind_of_document_is_part_of_the_key() -> None:
    permit = registry.register(full_name="张示", id_number="H12345678")
    passport = registry.register(full_name="李示", id_number="H12345678", id_type="414", issuer="UTO")
    authenticators.password.set(permit, "password of the permit")
    authenticators.password.set(passport, "password of the passport")
    browser = Browser()
    browser.log_in("H12345678", "password of the passport")
    assert browser.session is None
    browser.log_in("UTO/H12345678", "password of the permit")
    assert browser.session is None
    browser.log_in("H12345678", "password of the permit")
    assert browser.session is not None
    assert browser.session.person_id == permit


def test_h14_a_text_valid_as_number_and_as_credit_code_is_read_as_a_number() -> None:
    both = next(
        text
        for n in range(5000)
        if _is_credit_code(text := with_check_digit(f"1101011900{1 + n % 12:02}01{n // 12:03}"))
    )
    assert identifier.recognise(both).kind == "number"


def _is_credit_code(text: str) -> bool:
    try:
        organizations.code.parse(text)
    except Rejected:
        return False
    return True


def test_h15_one_password_over_many_accounts_is_noticed_once(
    no_hashing: list[str], time_travel: MovableClock
) -> None:
    time_travel.advance(900 - clock.now() % 900)
    browser = Browser()
    for n in range(130):
        browser.log_in(number(n), "Sommer2026!")
    (spray,) = events("login.spray")
    assert spray.address == "192.0.2.1"
    assert '"window":900' in spray.detail
    assert len(no_hashing) == 100  # the rest came too late: the place is paused
    assert len(events("login.failure")) == 100
    assert len(events("login.throttled")) == 30


def test_h15_spraying_raises_one_alarm(
    no_hashing: list[str], time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_next", {})
    time_travel.advance(900 - clock.now() % 900)
    browser = Browser()
    for n in range(30):
        browser.log_in(number(n), "Sommer2026!")
    jobs.ship()
    assert jobs.watch() == 1
    time_travel.advance(60)
    assert jobs.watch() == 0
    assert [(one.kind, one.subject) for one in audit.alarms()] == [("spray", "192.0.2.1")]
    assert len(queries.events(kind="alarm.spray")) == 1


def test_h22_a_giant_password_never_reaches_the_hash(no_hashing: list[str]) -> None:
    someone()
    browser = Browser()
    browser.begin()
    browser.identify()
    for _ in range(20):
        assert browser.password("x" * 1_000_000).status_code in (400, 413)
    for giant in ("x" * 2000, "密" * 300):
        assert browser.password(giant).status_code == 400
    assert no_hashing == []
    assert browser.password("x" * 200).status_code == 303
    assert len(no_hashing) == 1


def test_h26_credentials_in_an_address_are_refused_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    someone()
    browser = Browser()
    browser.begin()
    browser.identify()
    for path in ("/login", f"/login/{browser.attempt}"):
        answer = browser.client.get(path, query_string={"user": NUMBER, "password": PASSWORD})
        assert answer.status_code == 405
        assert PASSWORD not in answer.text
    assert browser.session is None
    assert PASSWORD not in caplog.text
    assert NUMBER not in caplog.text


@pytest.mark.parametrize("text", ["' OR 1=1--", "*)(uid=*", "%", "_", "1' OR '1'='1", "${7*7}", "{{7*7}}"])
def test_h29_injection_finds_nobody_and_looks_like_any_wrong_form(text: str) -> None:
    someone()
    browser = Browser()
    browser.begin()
    browser.identify(text)
    injected = bare(browser.look())
    browser.begin()
    browser.identify("abc")
    assert injected == bare(browser.look())
    assert "证件号码格式不正确" in injected


def test_h30_a_role_or_level_in_the_form_is_ignored() -> None:
    someone()
    browser = Browser()
    browser.begin(subject_types=BOTH)
    claims = {
        "role": "legal_rep",
        "userType": "admin",
        "loa": "4",
        "realNameLevel": "4",
        "ial": "4",
        "acr": "l4",
    }
    browser.send("identifier", identifier=NUMBER, **claims)
    browser.send("password", password=PASSWORD, **claims, person_id="x", amr="otp")
    session = browser.session
    assert session is not None
    assert (session.ial, session.amr, session.level) == (0, ("pwd",), 1)
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert attempt.organization is None
