"""Somebody at a browser: types what pages ask for and presses what pages offer."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.demonstration import Demonstration, Person

#: More pages than any way through the platform has, and more stops than any page.
_MOST_PAGES = 12
_MOST_STOPS = 60


class Visitor:
    """One person in one browser; ``look`` is called on every page that opens."""

    def __init__(
        self,
        page: Page,
        site: Demonstration,
        person: Person,
        look: Callable[[Page], None] = lambda page: None,
    ) -> None:
        self.page = page
        self.site = site
        self.person = person
        self.asked: list[str] = []
        self._look = look

    def open(self, address: str) -> None:
        """Go to an address."""
        self.page.goto(address)
        self._look(self.page)

    def press(self, selector: str) -> None:
        """Follow a link or press a button, and wait for the page it opens."""
        with self.page.expect_navigation():
            self.page.click(selector)
        self._look(self.page)

    def text(self, selector: str) -> str:
        """What stands there."""
        return self.page.inner_text(selector)

    @property
    def at_platform(self) -> bool:
        """Whether the page is the identity platform's."""
        return urlsplit(self.page.url).netloc == urlsplit(self.site.issuer).netloc

    def pass_platform(self, identity: str = "self", *, agree: bool = True, until: str = "") -> None:
        """Do what the platform asks until it leads back, or to a page of its own; ``asked`` keeps what."""
        for _ in range(_MOST_PAGES):
            if not self.at_platform or (until and urlsplit(self.page.url).path == until):
                return
            self.answer(identity, agree=agree)
        raise AssertionError(f"no way through the platform; the last page was {self.page.title()}")

    def log_in_at(self, portal: str, identity: str = "self") -> None:
        """Open a portal and log in there."""
        self.open(self.site.portals[portal])
        self.press("#log-in")
        self.pass_platform(identity)

    def walk_to(self, portal: str, identity: str = "self") -> None:
        """Follow the link to another portal at the foot of this one."""
        self.press(f"footer a[href^='{self.site.portals[portal]}']")
        self.pass_platform(identity)

    def is_logged_in_at(self, portal: str) -> bool:
        """Whether a portal knows somebody here."""
        self.open(self.site.portals[portal])
        return self.page.locator("#log-in").count() == 0

    def set_up_generator(self) -> None:
        """Type the secret into a generator, and its code into the page."""
        secret = self.text("#secret").replace(" ", "")
        self.person = replace(self.person, totp=secret)
        self._fill("code", self.person.code())

    def tab_to(self, selector: str) -> None:
        """Press the tabulator until something has the focus, as people without a mouse do."""
        for _ in range(_MOST_STOPS):
            if self.page.eval_on_selector(selector, "e => e === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    def enter(self) -> None:
        """Press what has the focus, and wait for the page it opens."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._look(self.page)

    def answer(self, identity: str = "self", *, agree: bool = True) -> None:
        """Do what this page of the platform asks for."""
        fields = {"identifier": self.person.login, "password": self.person.password}
        for name, value in fields.items():
            if self.page.locator(f"input#{name}").count():
                return self._fill(name, value)
        if self.page.locator("input#code").count():
            return self._fill("code", self.person.code())
        for name in (f"identity-{identity}", "agree" if agree else "deny"):
            if self.page.locator(f"#{name}").count():
                self.asked.append(name)
                return self.press(f"#{name}")
        raise AssertionError(
            f"nothing to do on this page: {self.page.title()}\n{self.page.inner_text('main')}"
        )

    def _fill(self, name: str, value: str) -> None:
        self.asked.append(name)
        self.page.fill(f"#{name}", value)
        self.press("#submit")
