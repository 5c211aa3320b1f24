"""Members of staff and their browsers, for tests of the console."""

import re
import secrets
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pyotp
from flask import Flask
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from idp import divisions, staff
from idp.base import clock
from idp.base.secret import Secret
from idp.divisions import NATION, Reach
from idp.divisions import service as tree
from idp.pages import cookies
from idp.staff import Member, service, sessions
from tests.actors import ISSUER

HERE = {"REMOTE_ADDR": "127.0.0.1"}
PASSWORD = "Nine-Lanterns-42"
PROVINCE, OTHER_PROVINCE, CITY, OTHER_CITY = "010000", "020000", "010100", "010200"

_TREE = """code,name,name_en
010000,示范省,Demo Province
010100,示范市,Demo City
010101,示范区,Demo District
010200,样例市,Sample City
020000,邻省,Neighbour Province
"""


def grow_tree() -> None:
    """Two provinces, two cities, a county."""
    tree.import_divisions(_TREE, reach=Reach(division=NATION), operator="test")


def department(division: str = CITY, name: str = "示范局") -> str:
    """Add a public body; its id."""
    return tree.add_department(
        division=division, name=name, name_en="Demo Bureau", reach=Reach(division=NATION), operator="test"
    )


def founder(role: str = "system_administrator") -> Member:
    """The first holder of a role for the whole platform, as the command line makes it."""
    found = staff.find_by_name(f"first-{role.replace('_', '-')}")
    if found is None:
        token = service.bootstrap(login_name=f"first-{role.replace('_', '-')}", name="首任", role=role)
        found = claimed(token)[0]
    return found


def claimed(token: Secret, password: str = PASSWORD) -> tuple[Member, pyotp.TOTP]:
    """Use a one-time link as its owner would."""
    generator = pyotp.TOTP(pyotp.random_base32())
    member = service.claim(token.reveal(), password, Secret(generator.secret), generator.at(clock.now()))
    found = staff.find(member.id)
    assert found
    return found, generator


def appointed(*roles: str, division: str = NATION, department: str = "") -> tuple[Member, pyotp.TOTP]:
    """A member with roles at a place: made, claimed, confirmed and granted, each by whom it takes."""
    system, security = founder("system_administrator"), founder("security_administrator")
    staff_id, token = service.create(
        login_name=f"m-{secrets.token_hex(4)}",
        name="示例员",
        reach=Reach(division=division, department=department),
        actor=system,
    )
    _, generator = claimed(token)
    service.confirm(staff_id, actor=security)
    if roles:
        service.grant(staff_id, roles, actor=security)
    found = staff.find(staff_id)
    assert found
    return found, generator


class Officer:
    """A member of staff at a browser, logged in."""

    def __init__(self, app: Flask, *roles: str, division: str = NATION, department: str = "") -> None:
        if division != NATION and divisions.find(division) is None:
            grow_tree()
        self.member, self.generator = appointed(*roles, division=division, department=department)
        self.http = Browser(app)
        self.enter()

    def enter(self) -> None:
        """A session as a finished login gives it."""
        found = staff.find(self.member.id)
        assert found
        self.member = found
        self.http.set_cookie(cookies.name("staff"), sessions.start(found), domain="127.0.0.1")

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.http.get(path, base_url=ISSUER, environ_base=HERE, **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None) -> TestResponse:
        """Send a form with the token of the page it stands on, and the version that it shows."""
        text = self.get(page or "/admin/password").text
        found = re.findall(r'name="(csrf_token|version)" value="([^"]+)"', text)
        hidden = {name: unescape(value) for name, value in found}
        assert "csrf_token" in hidden
        return self.http.post(path, data={**hidden, **(data or {})}, base_url=ISSUER, environ_base=HERE)


def landed(answer: TestResponse) -> str:
    """Where a redirect leads, as a path."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:500])
    return urlsplit(answer.location).path
