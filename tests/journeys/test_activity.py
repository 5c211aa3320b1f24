"""Who saw my data: a citizen logs in at two portals and reads who got what, large and in English (C13)."""

import time

import pytest

from tests.journeys.conftest import Arrive
from tests.journeys.visitor import Visitor

_PATH = "/account/activity"


def shown(citizen: Visitor, words: str) -> str:
    """The table once it holds these words; the worker ships events within moments."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        citizen.open(citizen.site.issuer + _PATH)
        if citizen.page.locator("#activity").count() and words in citizen.text("#activity"):
            return citizen.text("#activity")
        citizen.page.wait_for_timeout(300)
    raise AssertionError(f"{words} was never shown:\n{citizen.text('main')}")


@pytest.mark.parametrize("appearance", ["", "elder=2"])
def test_a_citizen_reads_which_portal_got_which_data(arrive: Arrive, appearance: str) -> None:
    citizen = arrive("li-shilan", phone=bool(appearance))
    if appearance:
        citizen.open(f"{citizen.site.issuer}/preferences?{appearance}")
    citizen.log_in_at("tax")
    text = shown(citizen, "您进入了应用")
    assert "登录成功" in text
    assert "税务" in text
    for view in ("data", "consents", "logins"):
        citizen.press(f"main a[href='{_PATH}?show={view}']")
        assert citizen.page.get_attribute(f"main a[href='{_PATH}?show={view}']", "aria-current") == "true"
    assert "您进入了应用" not in citizen.text("main")


def test_in_english_it_says_the_same(arrive: Arrive) -> None:
    citizen = arrive("ada-demo")
    citizen.open(citizen.site.issuer + "/preferences?lang=en")
    citizen.log_in_at("tax")
    assert "You entered the application" in shown(citizen, "You entered the application")
    assert citizen.text("h1") == "My activity"
