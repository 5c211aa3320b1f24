"""Services: found in our list and entered from it; one that registered itself tells whose it is."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from tests import serving
from tests.journeys import accessibility
from tests.journeys.conftest import DESK, PHONE, Arrive
from tests.pictures import png
from tests.registrants import POLICY
from tests.serving import Served
from tests.sink import Sink, document, sink
from tests.wire import Request, exchange

NAMES = {"client_name#zh-Hans": "示范便民服务", "client_name#en": "Sample Convenience Service"}


def test_a_service_is_found_by_name_and_entered_without_a_second_login(arrive: Arrive) -> None:
    citizen = arrive("li-shilan")
    citizen.log_in_at("tax")
    citizen.open(f"{citizen.site.issuer}/account/services")
    citizen.page.fill("#q", "社会保障")
    citizen.press("#search")
    assert citizen.page.locator("#services li").count() == 1
    citizen.asked.clear()
    citizen.press("#services a")
    citizen.pass_platform()
    assert citizen.page.url.startswith(citizen.site.portals["social-security"])
    assert set(citizen.asked) <= {"agree"}, "notices may be shown, but nobody logs in again"
    assert "李" in citizen.text("h1")


def test_on_a_phone_the_list_is_as_good(arrive: Arrive) -> None:
    citizen = arrive("ou-shiao", phone=True)
    citizen.log_in_at("tax")
    citizen.open(f"{citizen.site.issuer}/account/services")
    assert citizen.page.locator("#services .tag").count() == 1, "the one that was entered says so"
    citizen.page.fill("#q", "没有这样的服务")
    citizen.press("#search")
    assert "没有找到" in citizen.text("#empty")


@pytest.fixture(scope="module")
def logo() -> Iterator[Sink]:
    with sink(document(png(120, 60), "image/png")) as place:
        yield place


@pytest.fixture(scope="module")
def portal() -> Iterator[Sink]:
    with sink(document(b"<h1>portal</h1>", "text/html")) as place:
        yield place


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("registered")
    with serving.running(folder, [], policies=[POLICY], environment="development", processes=1) as running:
        yield running


@pytest.fixture(scope="module")
def address(served: Served, logo: Sink, portal: Sink) -> str:
    """Where the login of a portal begins that registered itself a moment ago."""
    callback = f"http://127.0.0.1:{portal.port}/cb"
    said = {
        "redirect_uris": [callback], "logo_uri": logo.uri, "policy_uri": "https://app.example.org/privacy",
        "tos_uri": "https://app.example.org/terms", **NAMES,
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {served.initial_tokens[0]}", "Content-Type": "application/json"}
    body = json.dumps(said).encode()
    request = Request(method="POST", url=f"{served.issuer}/register", headers=headers, body=body)
    answer = exchange(request)
    assert answer.status == 201, answer.body
    asked = {
        "client_id": json.loads(answer.body)["client_id"], "redirect_uri": callback, "state": "s",
        "response_type": "code", "code_challenge": "a" * 43, "code_challenge_method": "S256",
        "scope": "openid profile", "prompt": "consent",
    }  # fmt: skip
    return f"{served.issuer}/authorize?{urlencode(asked)}"


@pytest.mark.parametrize(
    ("size", "elder", "locale"),
    [(DESK, 0, "zh-CN"), (DESK, 0, "en"), (PHONE, 0, "zh-CN"), (DESK, 1, "zh-CN"), (PHONE, 3, "en")],
    ids=["desk", "desk in English", "phone", "elder", "elder at a phone in English"],
)
def test_the_question_of_a_portal_that_registered_itself_says_whose_it_is(
    chromium: Browser, served: Served, address: str, logo: Sink, size: dict[str, int], elder: int, locale: str
) -> None:
    context = chromium.new_context(viewport=size, locale=locale)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{served.issuer}/preferences?elder={elder}")
    page.goto(address)
    log_in(page, served)
    accessibility.demand(page)
    assert NAMES["client_name#en" if locale == "en" else "client_name#zh-Hans"] in page.inner_text("h1")
    assert page.eval_on_selector("#client-logo", "e => e.naturalWidth") == 120
    assert str(page.get_attribute("#client-logo", "src")).startswith("/logos/")
    for link in ("#policy", "#terms"):
        assert page.get_attribute(link, "rel") == "noopener noreferrer"
    with page.expect_navigation():
        page.click("#agree")
    if elder:
        return context.close()
    assert page.inner_text("h1") == "portal"
    assert "code=" in page.url
    assert not [text for text in complaints if "Content Security Policy" in text]
    assert len(logo.requests) == 1, "no browser and no second page asked the portal's host for it"
    return context.close()


def log_in(page: Page, served: Served) -> None:
    for name in ("identifier", "password"):
        page.fill(f"#{name}", served.people[0][name])
        with page.expect_navigation():
            page.click("#submit")
