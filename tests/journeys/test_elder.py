"""An elder: large text, large targets, the same way through by phone and keyboard (US-13)."""

from tests.journeys.conftest import Arrive
from tests.journeys.visitor import Visitor

TARGET = 60


def test_nothing_peeps_in_at_the_largest_size_on_a_phone(arrive: Arrive) -> None:
    elder = arrive("li-shilan", phone=True)
    elder.open(elder.site.issuer + "/preferences?elder=3")
    elder.open(elder.site.issuer + "/?lang=en")
    assert elder.page.locator(".skip").inner_text() == "Skip to main content"


def test_the_elder_version_is_one_press_away_and_stays(arrive: Arrive) -> None:
    elder = arrive("li-shilan", phone=True)
    elder.open(elder.site.portals["tax"])
    elder.press("#log-in")
    elder.press("#elder")
    assert elder.page.locator("input#identifier").count() == 1, "the login goes on where it was"
    assert size(elder, "main label") >= 18
    for selector in ("#identifier", "#submit"):
        assert height(elder, selector) >= TARGET
    while elder.at_platform:
        assert "elder" in str(elder.page.get_attribute("html", "class"))
        elder.answer()
    assert "李示兰" in elder.text("h1")


def test_the_largest_text_still_fits_a_phone(arrive: Arrive) -> None:
    elder = arrive("li-shilan", phone=True)
    elder.open(elder.site.issuer + "/preferences?elder=3")
    assert size(elder, "main p") >= 30
    elder.log_in_at("tax")
    elder.walk_to("social-security")


def test_the_elder_version_works_by_keyboard(arrive: Arrive) -> None:
    elder = arrive("li-shilan")
    elder.open(elder.site.issuer + "/preferences?elder=2")
    elder.open(elder.site.portals["tax"])
    elder.press("#log-in")
    for selector, text in (("#identifier", elder.person.login), ("#password", elder.person.password)):
        elder.tab_to(selector)
        elder.page.keyboard.type(text)
        elder.enter()
    while elder.at_platform:
        elder.tab_to("#agree")
        elder.enter()
    assert "李示兰" in elder.text("h1")


def size(elder: Visitor, selector: str) -> float:
    """The size of the text there, in CSS pixels."""
    page = elder.page
    return float(page.eval_on_selector(selector, "e => parseFloat(getComputedStyle(e).fontSize)"))


def height(elder: Visitor, selector: str) -> float:
    """How high something to press is."""
    box = elder.page.locator(selector).bounding_box()
    assert box
    return float(box["height"])
