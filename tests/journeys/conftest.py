"""A demonstration of their own for all journeys of a worker process, and browsers to meet it with."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests import browser, postgres
from tests.demonstration import Demonstration, running
from tests.journeys import accessibility
from tests.journeys.visitor import Visitor

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 700}

Arrive = Callable[..., Visitor]


@pytest.fixture(scope="session")
def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The real server with its worker, three portals and the cast, on the database the run asks for."""
    folder = tmp_path_factory.mktemp("demonstration")
    with ExitStack() as held:
        environment = {}
        if database == "postgresql":
            environment["IDP_DATABASE_URL"] = held.enter_context(_postgresql())
        yield held.enter_context(running(folder, environment))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running_playwright:
        yield running_playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser; every visitor gets a profile of their own."""
    launched = playwright.chromium.launch(**browser.launch_options())
    yield launched
    launched.close()


@pytest.fixture
def arrive(chromium: Browser, site: Demonstration) -> Iterator[Arrive]:
    """Bring somebody of the cast to a browser: at a desk or at a phone, with scripts or without.

    Every page they open is judged for accessibility, unless scripts are off: the judge is a script.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def bring(slug: str, *, phone: bool = False, scripts: bool = True, locale: str = "zh-CN") -> Visitor:
        context = chromium.new_context(
            viewport=PHONE if phone else DESK, java_script_enabled=scripts, locale=locale
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        return Visitor(page, site, site.people[slug], accessibility.demand if scripts else _nothing)

    yield bring
    for context in contexts:
        context.close()
    assert not [text for text in complaints if "Content Security Policy" in text]


def _nothing(page: Page) -> None:
    return None


@contextmanager
def _postgresql() -> Iterator[str]:
    """A database beside the one of this process's other tests."""
    with postgres.server() as url, psycopg.connect(url, autocommit=True) as connection:
        name = f"idp_journeys_{os.getpid()}"
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        yield url.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
