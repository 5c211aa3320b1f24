"""Citizens away from their own browser: at a kiosk, on the phone with a hotline (US-27, US-30)."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from clients.samples.kiosk import Provider, Screen, create_app
from clients.samples.kiosk.__main__ import QuietHandler
from idp.personas.roster import find
from tests.demonstration import Demonstration, free_ports
from tests.journeys import accessibility
from tests.journeys.conftest import DESK, Arrive
from tests.journeys.visitor import Visitor

CIBA = "urn:openid:params:grant-type:ciba"
TARGET = 60


@dataclass
class Kiosk:
    """A machine in a hall; ``page`` is its screen."""

    page: Page
    screen: Screen

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.click(selector)
        accessibility.demand(self.page)

    def code(self) -> str:
        return self.page.inner_text("#code")

    def qr_address(self) -> str:
        """What a phone reads off the screen."""
        assert self.page.locator(".qr svg").is_visible()
        assert self.screen.codes
        return self.screen.codes.uri_complete


@pytest.fixture
def kiosk(chromium: Browser, site: Demonstration) -> Iterator[Kiosk]:
    """The sample kiosk, running, on a screen of its own."""
    provider = Provider(
        issuer=site.issuer, client_id="kiosk", secret=site.secret("kiosk"), scope="openid profile"
    )
    screen = Screen(provider)
    (port,) = free_ports(1)
    server = make_server("127.0.0.1", port, create_app(screen), threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    yield Kiosk(page, screen)
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def until(true: Callable[[], bool], page: Page) -> bool:
    """Whether something becomes true within the time people wait."""
    deadline = time.monotonic() + 20
    while not true():
        if time.monotonic() > deadline:
            return False
        page.wait_for_timeout(100)
    return True


def approve(citizen: Visitor) -> None:
    """Log in, compare, agree, read the notices."""
    while citizen.page.locator("#decided").count() == 0:
        citizen.answer()


def test_a_visitor_scans_logs_in_on_the_phone_and_leaves_nothing_at_the_kiosk(
    arrive: Arrive, kiosk: Kiosk
) -> None:
    kiosk.press("#start")
    code = kiosk.code()
    citizen = arrive("li-shilan", phone=True)
    citizen.open(kiosk.qr_address())
    assert citizen.page.input_value("#user_code") == code
    citizen.press("#submit")
    while citizen.page.locator("#approve").count() == 0:
        citizen.answer()
    assert citizen.text("#compare") == code
    assert "示范市政务服务中心一层3号机" in citizen.text("#place")
    approve(citizen)
    assert citizen.page.get_attribute("#decided", "data-decided") == "approved"
    assert until(lambda: kiosk.page.locator("#name").count() == 1, kiosk.page), "the screen follows by itself"
    assert kiosk.page.inner_text("#name").startswith("李")
    accessibility.demand(kiosk.page)
    citizen.open(citizen.site.issuer + "/account/sessions")
    assert "政务服务自助终端" in citizen.text("#sessions")
    kiosk.press("#leave")
    kiosk.page.go_back()
    assert "李" not in kiosk.page.inner_text("main")
    citizen.open(citizen.site.issuer + "/account/sessions")
    assert "政务服务自助终端" not in citizen.text("#sessions"), "the visit is over for the platform too"


def test_who_cannot_scan_types_the_code_in_any_spelling_without_scripts(arrive: Arrive, kiosk: Kiosk) -> None:
    kiosk.press("#start")
    citizen = arrive("zhou-shimin", phone=True, scripts=False)
    citizen.open(citizen.site.issuer)
    citizen.press("#enter-code")
    citizen.page.fill("#user_code", kiosk.code().replace("-", " ").lower())
    citizen.press("#submit")
    approve(citizen)
    assert until(lambda: kiosk.page.locator("#name").count() == 1, kiosk.page)
    kiosk.press("#leave")


def test_who_refuses_is_told_what_to_do_and_the_kiosk_stays_closed(arrive: Arrive, kiosk: Kiosk) -> None:
    kiosk.press("#start")
    citizen = arrive("ou-shiao")
    citizen.open(kiosk.qr_address())
    citizen.press("#submit")
    while citizen.page.locator("#approve").count() == 0:
        citizen.answer()
    citizen.press("#deny")
    assert citizen.page.get_attribute("#decided", "data-decided") == "denied"
    assert until(lambda: kiosk.page.locator("#told").count() == 1, kiosk.page)
    assert "您没有同意登录" in kiosk.page.inner_text("#told")


def test_a_wrong_code_says_so_beside_the_box(arrive: Arrive) -> None:
    citizen = arrive("li-shilan", phone=True)
    citizen.open(citizen.site.issuer + "/device")
    citizen.page.fill("#user_code", "BBBB-BBBB")
    citizen.press("#submit")
    assert "代码不正确或已失效" in citizen.text("#user_code-error")
    assert citizen.page.evaluate("document.activeElement.id") == "errors"


@pytest.mark.parametrize("step", [1, 3])
def test_an_elder_approves_in_large_words(arrive: Arrive, kiosk: Kiosk, step: int) -> None:
    kiosk.press("#start")
    elder = arrive("li-shilan", phone=True)
    elder.open(f"{elder.site.issuer}/preferences?elder={step}")
    elder.open(kiosk.qr_address())
    for selector in ("#user_code", "#submit"):
        box = elder.page.locator(selector).bounding_box()
        assert box
        assert box["height"] >= TARGET
    elder.press("#submit")
    approve(elder)
    assert until(lambda: kiosk.page.locator("#name").count() == 1, kiosk.page)
    kiosk.press("#leave")


def test_a_caller_confirms_what_the_hotline_reads_out(arrive: Arrive) -> None:
    citizen = arrive("wang-shiqing", phone=True)
    citizen.open(citizen.site.issuer + "/account/requests")
    citizen.pass_platform(until="/account/requests")
    assert citizen.page.locator("#empty").count() == 1
    call = ring(citizen.site, phone_of(citizen), "核验码 58")
    assert call["expires_in"] > 0
    assert until(lambda: _shown(citizen), citizen.page), "within seconds the request stands there"
    assert "12345政务服务热线" in citizen.text("#requests")
    citizen.press("#requests a")
    assert citizen.text("#compare") == "核验码 58"
    approve(citizen)
    answer = token(citizen.site, call["auth_req_id"])
    assert answer["scope"] == "openid profile"
    citizen.open(citizen.site.inbox)
    assert "12345政务服务热线" in citizen.text("main")


def _shown(citizen: Visitor) -> bool:
    citizen.open(citizen.site.issuer + "/account/requests")
    return citizen.page.locator("#requests").count() == 1


def phone_of(citizen: Visitor) -> str:
    """The mobile number of somebody of the cast."""
    phone = next(find(slug).phone for slug, one in citizen.site.people.items() if one is citizen.person)
    assert phone
    return phone


def ring(site: Demonstration, phone: str, words: str) -> dict[str, Any]:
    form = {"scope": "openid profile", "login_hint": phone, "binding_message": words}
    return _post(site, "/bc-authorize", form)


def token(site: Demonstration, auth_req_id: str) -> dict[str, Any]:
    return _post(site, "/token", {"grant_type": CIBA, "auth_req_id": auth_req_id})


def _post(site: Demonstration, path: str, form: dict[str, str]) -> dict[str, Any]:
    answer = requests.post(site.issuer + path, form, auth=("hotline", site.secret("hotline")), timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
