"""``make demo-check``: the demonstration, walked through in a real browser.

Log in once, enter two more portals without another login, be somebody else in each, sign out everywhere and
find all three ended. Pictures of every page and the logs stay in ``var/demo-check``.
"""

import shutil
import sys
import time

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests import browser
from tests.demonstration import ROOT, Demonstration, running
from tests.journeys.visitor import Visitor

FOLDER = ROOT / "var" / "demo-check"
COMPANY = "91010101MA01DEM07P"
#: Logout tokens go out by the worker, at once but not before the answer.
PATIENCE = 15


class Wrong(Exception):
    """The demonstration does not do what it promises."""


class Album:
    """Takes a picture of every page, numbered."""

    def __init__(self) -> None:
        self._number = 0

    def take(self, page: Page) -> None:
        self._number += 1
        page.screenshot(path=FOLDER / f"{self._number:02}.png", full_page=True)


def main() -> int:
    """Walk; the exit status."""
    try:
        options = browser.launch_options()
    except browser.Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    try:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        with running(FOLDER / "site") as site:
            say("演示已启动", "the demonstration runs")
            with sync_playwright() as playwright:
                context = playwright.chromium.launch(**options).new_context(locale="zh-CN")
                walk(context, site)
    except (Wrong, AssertionError, RuntimeError) as wrong:
        print(f"没有通过 / failed: {wrong}\n图片和日志在 / pictures and logs in {FOLDER}", file=sys.stderr)
        return 1
    say(f"全部通过，图片在 {FOLDER}", "all passed")
    return 0


def walk(context: BrowserContext, site: Demonstration) -> None:
    """The way through the three portals."""
    person = site.people["zhang-shi"]
    visitor = Visitor(context.new_page(), site, person, Album().take)
    visitor.log_in_at("tax")
    expect(visitor.page.url.startswith(site.portals["tax"]), "back at the tax portal")
    expect({"identifier", "password"} <= set(visitor.asked), "the number and the password were asked for")
    say(f"{person.name}已在税务服务门户登录", "logged in at the tax portal")
    subjects = [visitor.text("#sub")]
    for portal, identity in (("social-security", "self"), ("enterprise-registration", COMPANY)):
        visitor.asked.clear()
        visitor.walk_to(portal, identity)
        expect(not {"identifier", "password", "code"} & set(visitor.asked), f"{portal} asked for no login")
        subjects.append(visitor.text("#sub"))
        say(f"未再输入密码，已进入 {portal}", f"entered {portal} without another login")
    expect("示范甲一贸易有限公司" in visitor.text("#principal"), "acting for the company")
    expect(len(set(subjects)) == 3, "three portals see three different subs")
    say("三个网站看到三个不同的用户代号", "three portals see three different subs")
    visitor.press("#sign-out-everywhere")
    expect(visitor.page.url.startswith(site.portals["enterprise-registration"]), "back at the portal")
    say("已选择“全部退出”", "chose to sign out everywhere")
    for portal in site.portals:
        expect(ended(visitor, portal), f"{portal} has ended the login")
        say(f"{portal} 已退出", f"{portal} is signed out")


def ended(visitor: Visitor, portal: str) -> bool:
    """Whether the portal ends the login within the time a logout token may take."""
    deadline = time.monotonic() + PATIENCE
    while visitor.is_logged_in_at(portal):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def expect(holds: bool, promise: str) -> None:
    """Stop at the first promise that is not kept."""
    if not holds:
        raise Wrong(promise)


def say(zh: str, en: str) -> None:
    """One step."""
    print(f"✓ {zh} / {en}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
