"""A developer who has never been here: from a blank page to a login at a program of his own (US-31)."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error

from tests.demonstration import free_ports
from tests.journeys.conftest import Arrive
from tests.journeys.visitor import Visitor

#: Seconds from the blank page to the login (issue: under five minutes); machines are faster than people.
LONGEST = 300


@contextmanager
def program(folder: Path, port: int) -> Iterator[str]:
    """The copied files, run as the page says, without a change."""
    log = (folder / "log").open("w")
    running = subprocess.Popen(
        [sys.executable, "app.py"], cwd=folder, stdout=log, stderr=log,
        env={name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "OIDC_"))},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}/"
    try:
        yield address
    finally:
        running.terminate()
        running.wait(10)
        log.close()


def open_when_up(visitor: Visitor, address: str) -> None:
    """Reload until the program listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            visitor.page.goto(address)
        except Error:
            if time.monotonic() > deadline:
                raise
            visitor.page.wait_for_timeout(200)
        else:
            return


def copy_files(visitor: Visitor, folder: Path) -> None:
    """Copy what the page shows into files of the names it says."""
    for block in visitor.page.locator("pre[aria-label] code[id^='file-']").all():
        name = block.locator("xpath=..").get_attribute("aria-label")
        assert name
        (folder / name).write_text(block.inner_text(), encoding="utf-8")


def make_team(visitor: Visitor, name: str) -> None:
    visitor.open(visitor.site.issuer + "/developers/")
    visitor.pass_platform(until="/developers/")
    visitor.page.fill("#name", name)
    visitor.press("#submit")


def make_client(visitor: Visitor, name: str, callback: str) -> None:
    visitor.press("#kit-flask")
    visitor.page.fill("#name", name)
    visitor.page.fill("#redirect_uris", callback)
    visitor.press("#submit")


def test_from_a_blank_page_to_a_login_in_minutes(arrive: Arrive, tmp_path: Path) -> None:
    began = time.monotonic()
    developer = arrive("li-shilan")
    (port,) = free_ports(1)
    make_team(developer, "示范市网上大厅开发组")
    make_client(developer, "网上大厅", f"http://127.0.0.1:{port}/callback")
    copy_files(developer, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "app.py"]
    with program(tmp_path, port) as address:
        open_when_up(developer, address)
        developer.page.click("#log-in")
        assert "网上大厅（沙箱）" in developer.text("#recipient, h1")
        assert developer.page.locator("#sandbox").is_visible()
        developer.pass_platform()
        assert developer.text("#title") == "已登录"
        assert "李" in developer.text("dl")
    assert time.monotonic() - began < LONGEST
