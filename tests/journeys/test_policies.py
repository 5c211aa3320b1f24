"""A province sets what a service item asks for: tried, published, felt at once, undone (US-35)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.demonstration import Demonstration
from tests.journeys.conftest import DESK, PHONE, Arrive
from tests.journeys.officer import Officer
from tests.journeys.visitor import Visitor

ITEM, CODE = "完税证明", "DEMO-ITEM-0102"
CATALOGUE = "/admin/policies/items/010000"
#: What a change takes at most until every process holds to it, in milliseconds.
SOON = 1100


@pytest.fixture
def officer(chromium: Browser, site: Demonstration) -> Callable[..., Officer]:
    """Somebody of staff in a fresh browser, at a desk, without scripts unless each page is judged."""

    def sit(name: str, *, judged: bool = True) -> Officer:
        page = chromium.new_context(viewport=DESK, java_script_enabled=judged, locale="zh-CN").new_page()  # type: ignore[arg-type]
        page.set_default_timeout(20_000)
        return Officer(page, site, name, judged=judged)

    return sit


def apply(citizen: Visitor) -> None:
    """Go to the service anew: the portal has forgotten the login, the platform has not."""
    leave(citizen)
    citizen.open(citizen.site.portals["tax"] + "/service/receipt")
    citizen.pass_platform()


def leave(citizen: Visitor) -> None:
    """End the visit at the portal, if there is one."""
    citizen.open(citizen.site.portals["tax"])
    if citizen.page.locator("#leave").count():
        citizen.press("#leave")
    citizen.asked.clear()


def raised(security: Officer, level: int) -> None:
    """Draft another level of the item."""
    security.open(f"{CATALOGUE}?q=完税")
    security.press(f"#items a[href$='{CODE}']")
    security.press("#edit")
    security.page.select_option("#level", str(level))
    security.press("#draft")


def test_an_item_raised_to_level_three_is_felt_at_the_next_request_and_undone(
    officer: Callable[..., Officer], arrive: Arrive
) -> None:
    citizen = arrive("ouyang-shina")
    apply(citizen)
    assert set(citizen.asked) <= {"identifier", "password", "agree"}
    assert ITEM in citizen.text("h1")

    security = officer("province-security")
    raised(security, 3)
    assert CODE in security.page.inner_text("#changes")
    tried(security.page)
    security.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    security.press("text=重新试算")
    security.page.set_viewport_size(DESK)  # type: ignore[arg-type]
    security.press("#publish")
    assert "请写明变更理由" in security.page.inner_text("#errors"), "nothing is published without a reason"
    security.page.fill("#why", "省税务局发文，办理完税证明须二次验证")
    security.press("#publish")

    security.page.wait_for_timeout(SOON)
    leave(citizen)
    citizen.open(citizen.site.portals["tax"] + "/service/receipt")
    assert ITEM in citizen.text("#item")
    assert citizen.page.locator("#AUTH-010").count() == 1, "level 2 was enough a minute ago"
    citizen.press("#submit")
    citizen.answer()
    assert citizen.asked == ["password"]
    citizen.set_up_generator()
    assert ITEM in citizen.text("h1")

    security.open(f"{CATALOGUE}/item?code={CODE}")
    newest = security.page.inner_text("#past tbody tr")
    assert "管示二" in newest
    assert "省税务局发文" in newest
    assert "最低等级：三级" in newest
    security.press("#past tbody a")
    assert security.page.inner_text("#by") == "管示二"
    security.page.fill("#why", "误操作，恢复原等级")
    security.press("#undo")
    assert "撤销" in security.page.inner_text("#history tbody tr")
    security.page.wait_for_timeout(SOON)
    other = arrive("turns-60")
    apply(other)
    assert set(other.asked) <= {"identifier", "password", "agree"}
    assert ITEM in other.text("h1")


def tried(page: Page) -> None:
    """The trial tells numbers as soon as the record has the entry, and fewer than five as that."""
    for _ in range(20):
        if page.locator("#whatif-outcomes").count():
            break
        page.wait_for_timeout(1000)
        page.goto(page.url.partition("?")[0] + "?anew=1")
    assert page.locator("#whatif-outcomes tr").count() == 7
    assert "少于5" in page.inner_text("#whatif-outcomes")


def test_all_of_it_works_without_scripts_and_each_page_is_sound_in_english(
    officer: Callable[..., Officer],
) -> None:
    security = officer("province-security", judged=False)
    raised(security, 4)
    assert security.page.locator("#publish").count() == 1
    security.press("form[action$='/discard'] button")
    system = officer("portal-officer")
    for path in (
        "/admin/policies", CATALOGUE, f"{CATALOGUE}/item?code={CODE}", f"{CATALOGUE}/versions/1",
        "/admin/policies/rules/010000", "/admin/policies/rules/010000/versions/1",
        "/admin/policies/branding/010000", "/admin/policies/branding/010000/edit",
        "/admin/policies/notices/010000", "/admin/policies/notices/010000/edit",
    ):  # fmt: skip
        system.open(path)
    system.open("/preferences?elder=2&lang=en&next=/admin/policies")
    system.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in (CATALOGUE, "/admin/policies/branding/010000/edit", f"{CATALOGUE}/versions/1"):
        system.open(path)
