"""A developer who has never been here: from a blank page to a login at a program of his own (US-31)."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import Error

from tests import node
from tests.demonstration import free_ports
from tests.journeys.conftest import Arrive
from tests.journeys.visitor import Visitor

#: Seconds from the blank page to the login (issue: under five minutes); machines are faster than people.
LONGEST = 300


@contextmanager
def program(command: list[str], folder: Path, port: int) -> Iterator[str]:
    """The copied files, run as the page says, without a change."""
    log = (folder / "log").open("w")
    running = subprocess.Popen(
        command, cwd=folder, stdout=log, stderr=log,
        env={name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "OIDC_"))},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}/"
    try:
        yield address
    finally:
        running.terminate()
        running.wait(10)
        log.close()


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A folder in which the packages are installed that the page says."""
    if why := node.missing():
        pytest.skip(why)
    installed = node.install(Path(__file__).parents[1] / "interop" / "node")
    (tmp_path / "node_modules").symlink_to(installed / "node_modules")
    return tmp_path


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
    """From the first page of the platform to a team."""
    visitor.open(visitor.site.issuer)
    visitor.press("#developers")
    visitor.pass_platform(until="/developers/")
    visitor.page.fill("#name", name)
    visitor.press("#submit")


def make_client(visitor: Visitor, kit: str, name: str, callback: str) -> None:
    visitor.press(f"#kit-{kit}")
    visitor.page.fill("#name", name)
    visitor.page.fill("#redirect_uris", callback)
    visitor.press("#submit")


def choose_key(visitor: Visitor, folder: Path) -> None:
    """Have the program prove a key; its private half stays with the program."""
    key = ECKey.generate_key("P-256", parameters={"alg": "ES256", "use": "sig"}, auto_kid=True)
    (folder / "key.pem").write_bytes(key.as_pem(private=True))
    visitor.page.click("summary")
    visitor.page.check("#proof-key")
    visitor.page.fill("#jwks", json.dumps({"keys": [key.as_dict(private=False)]}))


def log_in_at(visitor: Visitor, address: str) -> None:
    """Press the program's link, and do what the platform asks."""
    open_when_up(visitor, address)
    visitor.press("#log-in")
    visitor.pass_platform()


def shown(visitor: Visitor, address: str, text: str) -> bool:
    """Whether a page shows something within the seconds the record takes."""
    deadline = time.monotonic() + 15
    while text not in visitor.page.goto(address).text():  # type: ignore[union-attr]
        if time.monotonic() > deadline:
            return False
        visitor.page.wait_for_timeout(300)
    return True


def green(visitor: Visitor) -> set[str]:
    """The items of the checklist that are green."""
    found = visitor.page.locator("#checks li[data-state='green']").all()
    return {str(item.get_attribute("id")).removeprefix("check-") for item in found}


def test_from_a_blank_page_to_a_login_in_minutes_and_a_green_checklist(
    arrive: Arrive, tmp_path: Path
) -> None:
    began = time.monotonic()
    developer = arrive("li-shilan")
    (port,) = free_ports(1)
    make_team(developer, "示范市网上大厅开发组")
    make_client(developer, "flask", "网上大厅", f"http://127.0.0.1:{port}/callback")
    copy_files(developer, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "app.py"]
    developer.press("#onwards")
    client = developer.page.url
    with program([sys.executable, "app.py"], tmp_path, port) as address:
        open_when_up(developer, address)
        developer.page.click("#log-in")
        assert "网上大厅（沙箱）" in developer.text("h1")
        assert developer.page.locator("#sandbox").is_visible()
        developer.pass_platform()
        assert developer.text("#title") == "已登录"
        assert "李" in developer.text("dl")
        assert time.monotonic() - began < LONGEST

        assert shown(developer, client + "/log", "签发令牌")
        developer.open(client + "/log")
        developer.open(client + "/checks")
        assert green(developer) == {"redirect", "pkce", "state", "nonce", "level"}
        assert developer.page.locator("#ready").is_visible()

        developer.open(client + "/edit")
        developer.page.click("summary")
        developer.page.fill("#backchannel_logout_uri", address + "backchannel-logout")
        developer.press("#submit")
        open_when_up(developer, address + "login")
        developer.pass_platform()
        developer.open(client + "/checks")
        developer.press("#probe")
        assert shown(developer, client + "/checks", 'id="check-logout" data-state="green"')
        developer.open(client + "/checks")
        assert green(developer) == {"redirect", "pkce", "state", "nonce", "level", "keys", "logout"}


def test_a_mistake_is_explained_where_the_developer_looks(arrive: Arrive, tmp_path: Path) -> None:
    developer = arrive("wang-shiqing", phone=True)
    (port,) = free_ports(1)
    make_team(developer, "示范市手机应用开发组")
    make_client(developer, "flask", "掌上大厅", f"http://localhost:{port}/callback")
    copy_files(developer, tmp_path)
    developer.press("#onwards")
    client = developer.page.url
    env = tmp_path / ".env"
    env.write_text(env.read_text().replace("//localhost", "//127.0.0.1"))
    with program([sys.executable, "app.py"], tmp_path, port) as address:
        open_when_up(developer, address)
        developer.press("#log-in")
        assert "应用回调地址未登记" in developer.text("main")
    assert shown(developer, client + "/log", "127.0.0.1与localhost不同")
    developer.open(client + "/log")
    env.write_text(env.read_text().replace("//127.0.0.1:" + str(port), f"//localhost:{port}"))
    with program([sys.executable, "app.py"], tmp_path, port):
        log_in_at(developer, f"http://localhost:{port}/")
        assert developer.text("#title") == "已登录"


def test_a_tester_comes_by_a_link_and_a_stranger_does_not_come_at_all(arrive: Arrive, tmp_path: Path) -> None:
    developer, tester, stranger = arrive("zhou-shimin"), arrive("ho-shimei", phone=True), arrive("ada-demo")
    (port,) = free_ports(1)
    make_team(developer, "示范市测试开发组")
    make_client(developer, "flask", "试用大厅", f"http://127.0.0.1:{port}/callback")
    copy_files(developer, tmp_path)
    developer.open(developer.page.url.rpartition("/clients")[0] + "/members")
    developer.press("#invite")
    link = developer.text("#address")
    tester.open(tester.site.issuer + "/preferences?elder=3")
    tester.open(link)
    tester.pass_platform(until=link.removeprefix(tester.site.issuer))
    tester.press("#join")
    with program([sys.executable, "app.py"], tmp_path, port) as address:
        log_in_at(tester, address)
        assert tester.text("#title") == "已登录"
        open_when_up(stranger, address)
        stranger.press("#log-in")
        while stranger.at_platform and not stranger.page.locator("#refusal").count():
            stranger.answer()
        assert stranger.page.get_attribute("#refusal", "data-code") == "APP-005"


def test_the_files_for_a_key_run_as_they_stand(arrive: Arrive, modules: Path) -> None:
    developer = arrive("lin-shitai")
    (port,) = free_ports(1)
    make_team(developer, "示范市私钥开发组")
    developer.press("#kit-flask")
    developer.page.fill("#name", "私钥大厅")
    developer.page.fill("#redirect_uris", f"http://127.0.0.1:{port}/callback")
    choose_key(developer, modules)
    developer.press("#submit")
    developer.press("#onwards")
    client = developer.page.url
    for kit, *command in (
        ("flask", sys.executable, "app.py"),
        ("node", "node", "--env-file=.env", "app.mjs"),
    ):
        developer.open(f"{client}/configuration?kit={kit}")
        copy_files(developer, modules)
        assert "SECRET" not in (modules / ".env").read_text()
        with program(command, modules, port) as address:
            log_in_at(developer, address)
            assert developer.text("#title") == "已登录", kit


def test_the_files_for_node_run_as_they_stand(arrive: Arrive, modules: Path) -> None:
    developer = arrive("lin-shitai")
    (port,) = free_ports(1)
    make_team(developer, "示范市节点开发组")
    make_client(developer, "node", "节点大厅", f"http://localhost:{port}/callback")
    copy_files(developer, modules)
    with program(["node", "--env-file=.env", "app.mjs"], modules, port):
        log_in_at(developer, f"http://localhost:{port}/")
        assert developer.text("#title") == "已登录"
