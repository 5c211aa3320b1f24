"""From a sandbox client to production: the team applies, two officers click, the worker begins (US-33)."""

import json
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from joserfc.jwk import ECKey

from tests.demonstration import free_ports
from tests.journeys.conftest import Arrive
from tests.journeys.officer import Officer
from tests.journeys.test_developers import copy_files, log_in_at, make_client, program, shown
from tests.journeys.visitor import Visitor

#: Seconds from the sandbox to the portal that is live (issue: under ten minutes).
LONGEST = 600
PROVINCE = "010000"
FORM = {
    "name": "网上大厅",
    "name_en": "Online Hall",
    "organization": "示范市政务服务局",
    "organization_en": "Demo City Service Bureau",
    "contact": "12345",
    "filing": "01010-26001-00001",
    "purpose": "办理示范事项",
    "purpose_en": "To handle a sample matter",
    "retention": "办结即删除",
    "retention_en": "Deleted when the matter is closed",
}


def apply(developer: Visitor, client_id: str) -> str:
    """Fill in the form and hand it in; the id of the application."""
    developer.press(".section-nav a[href$='/applications']")
    developer.press("a[href$='/applications/new']")
    developer.page.fill("#client_id", client_id)
    developer.page.select_option("#sandbox", index=1)
    developer.press("#submit")
    for name, value in FORM.items():
        developer.page.fill(f"#{name}", value)
    key = ECKey.generate_key("P-256", parameters={"alg": "ES256", "use": "sig"}, auto_kid=True)
    developer.page.fill("#jwks", json.dumps({"keys": [key.as_dict(private=False)]}))
    developer.press("#submit")
    assert developer.page.locator("#no-faults").count(), developer.text("main")
    developer.press("form[action$='/submit'] button")
    return urlsplit(developer.page.url).path.rpartition("/")[2]


def pass_application(officer: Officer, application: str, callback: str) -> None:
    """Look at it and let it pass."""
    officer.press(".section-nav a[href='/admin/applications']")
    officer.press(f"a[href='/admin/applications/{application}']")
    assert callback in officer.page.inner_text("#changes")
    officer.page.fill("#comment", "符合要求")
    officer.press("#approve")


def test_from_the_sandbox_to_production_by_two_clicks_of_officers(arrive: Arrive, tmp_path: Path) -> None:
    began = time.monotonic()
    (port,) = free_ports(1)
    callback = f"http://127.0.0.1:{port}/callback"
    developer = arrive("li-shilan")
    developer.open(developer.site.issuer + "/developers/")
    developer.pass_platform(until="/developers/")
    developer.page.fill("#name", "示范省网上大厅上线组")
    developer.page.fill("#division", PROVINCE)
    developer.press("#submit")
    make_client(developer, "flask", "网上大厅", callback)
    copy_files(developer, tmp_path)
    developer.press("#onwards")
    client = developer.page.url
    with program([sys.executable, "app.py"], tmp_path, port) as address:
        log_in_at(developer, address)
    assert shown(developer, f"{client}/checks", 'id="ready"')
    developer.open(f"{client}/checks")
    developer.press(".crumbs a[href*='/teams/']")
    application = apply(developer, "online-hall")
    for login_name in ("portal-officer", "province-security"):
        officer = Officer(arrive("zhang-shi").page, developer.site, login_name)
        pass_application(officer, application, callback)
    deadline = time.monotonic() + 30
    while "已上线" not in developer.text("#state"):
        assert time.monotonic() < deadline, developer.text("main")
        developer.page.wait_for_timeout(300)
        developer.page.reload()
    assert time.monotonic() - began < LONGEST
    asked = {
        "response_type": "code", "client_id": "online-hall", "redirect_uri": callback, "scope": "openid",
        "code_challenge": "a" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    developer.open(f"{developer.site.issuer}/authorize?{urlencode(asked)}")
    assert "网上大厅" in developer.text("main")
    assert not developer.page.locator("#sandbox").count()
