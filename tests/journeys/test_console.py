"""Staff at work: each page of the console at a desk, at a phone and in the elder version."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.demonstration import Demonstration
from tests.journeys.conftest import DESK, PHONE, Arrive
from tests.journeys.officer import Officer

Sit = Callable[..., Page]
#: Who opens what beside everything the menu offers; a page that somebody else has opened is not opened again.
BESIDE = {
    "system": (
        "/admin/statistics?span=day", "/admin/clients/tax", "/admin/statistics?client=tax",
        "/admin/deliveries?state=waiting", "/admin/password",
    ),
    "portal-officer": ("/admin/applications/new", "/admin/clients/tax/announcements"),
    "security": (),
    "audit": ("/admin/roots", "/admin/export"),
    "support": (),
}  # fmt: skip


@pytest.fixture
def sit(chromium: Browser) -> Iterator[Sit]:
    """A fresh browser, at a desk or a phone, with scripts or without."""
    contexts = []

    def begin(*, phone: bool = False, scripts: bool = True, locale: str = "zh-CN") -> Page:
        context = chromium.new_context(
            viewport=PHONE if phone else DESK, java_script_enabled=scripts, locale=locale
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def judged() -> set[str]:
    """The pages that somebody has opened."""
    return set()


@pytest.mark.parametrize("name", BESIDE)
def test_every_page_of_the_console_is_accessible(
    name: str, judged: set[str], sit: Sit, site: Demonstration, arrive: Arrive
) -> None:
    if name == "system":
        arrive("li-shilan").log_in_at("tax")
    officer = Officer(sit(), site, name)
    paths = [path for path in (*officer.menu(), *BESIDE[name]) if path not in judged]
    judged.update(paths)
    for wish in ("", "elder=2", "elder=0&lang=en"):
        officer.page.set_viewport_size(PHONE if wish == "elder=2" else DESK)  # type: ignore[arg-type]
        if wish:
            officer.open(f"/preferences?{wish}&next=/admin/")
        for path in paths:
            officer.open(path)


def test_a_person_is_found_and_frozen_and_everywhere_logged_out(
    sit: Sit, site: Demonstration, arrive: Arrive
) -> None:
    citizen = arrive("wang-shiqiang" if "wang-shiqiang" in site.people else "li-shilan")
    citizen.log_in_at("tax")
    officer = Officer(sit(phone=True), site, "security")
    officer.search(citizen.person.login)
    assert officer.page.inner_text("#status") == "正常"
    assert officer.page.inner_text("#live") != "0处"
    officer.press("form[action$='/freeze'] button")
    assert officer.page.inner_text("#status") == "已冻结"
    assert officer.page.inner_text("#live") == "0处"
    officer.press("form[action$='/unfreeze'] button")
    assert officer.page.inner_text("#status") == "正常"
    officer.press("form[action$='/unlock'] button")
    officer.press("form[action$='/close'] button")


def test_the_console_works_without_scripts(sit: Sit, site: Demonstration) -> None:
    officer = Officer(sit(scripts=False), site, "audit", judged=False)
    officer.open("/admin/statistics")
    officer.press("nav[aria-label='时间范围'] a[href*='span=month']")
    assert officer.page.locator("nav[aria-label='时间范围'] a[aria-current]").inner_text() == "30天"
    officer.page.click("summary")
    assert officer.page.locator("details table tr").count() == 31


def test_the_configuration_is_taken_away_compared_and_applied(
    sit: Sit, site: Demonstration, tmp_path: Path
) -> None:
    officer = Officer(sit(), site, "portal-officer")
    officer.open("/admin/configuration")
    with officer.page.expect_download() as begun:
        officer.page.click("#export-yaml")
    file = tmp_path / "configuration.yaml"
    begun.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    assert "client_id: tax" in text
    file.write_text(text.replace("name: 税务服务门户", "name: 税务网上大厅"), encoding="utf-8")
    officer.page.set_input_files("#file", file)
    officer.press("#upload")
    assert "税务网上大厅" in officer.page.inner_text("#changes")
    officer.page.set_viewport_size(PHONE)
    officer.open("/admin/configuration/changes")
    officer.press("#apply")
    assert "已变更1项配置" in officer.page.inner_text("main")
    officer.open("/admin/clients/tax")
    assert "税务网上大厅" in officer.page.inner_text("main")
    file.write_text(text.replace("contact: ", "contakt: ", 2), encoding="utf-8")
    officer.open("/admin/configuration")
    officer.page.set_input_files("#file", file)
    officer.press("#upload")
    assert "contakt" in officer.page.inner_text("#faults")
    file.write_text(text, encoding="utf-8")
    officer.page.set_input_files("#file", file)
    officer.press("#upload")
    officer.press("#apply")
    assert "已变更1项配置" in officer.page.inner_text("main")
