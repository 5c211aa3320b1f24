"""A member of staff at a browser."""

from playwright.sync_api import Page

from tests.demonstration import Demonstration, fresh_code
from tests.journeys import accessibility


class Officer:
    """Somebody of the demonstration's staff, logged in to the console; every page is judged."""

    def __init__(self, page: Page, site: Demonstration, name: str, *, judged: bool = True) -> None:
        self.page, self.site, self.judged = page, site, judged
        known = site.staff[name]
        self.open("/admin/login")
        page.fill("#login_name", name)
        page.fill("#password", known["password"])
        page.fill("#code", fresh_code(known["totp"]))
        self.press("#submit")
        assert page.locator(".visitor").count(), page.inner_text("main")

    def open(self, path: str) -> None:
        """Go to a page of the platform."""
        self.page.goto(self.site.issuer + path)
        self._look()

    def menu(self) -> list[str]:
        """Where the menu leads."""
        links = self.page.locator(".section-nav a").all()
        return [str(link.get_attribute("href")) for link in links]

    def press(self, selector: str) -> None:
        """Follow a link or press a button, and wait for the page it opens."""
        with self.page.expect_navigation():
            self.page.click(selector)
        self._look()

    def search(self, number: str) -> None:
        """Look a person up."""
        self.open("/admin/people")
        self.page.fill("#case", "12345-2026-0007")
        self.page.fill("#reason", "本人来电，手机丢失")
        self.page.fill("#number", number)
        self.press("#submit")

    def _look(self) -> None:
        if self.judged:
            accessibility.demand(self.page)
