"""Programs that administer: clients with a key of their own at the console's interface."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from idp.admin.api import app as api
from idp.admin.needs import need_of
from idp.divisions import NATION
from tests.actors import ISSUER
from tests.officers import HERE
from tests.signing import SigningPortal, signing_portal


@dataclass
class Program:
    """A program with a token."""

    http: Browser
    client: SigningPortal
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call an operation."""
        return self.http.open(
            f"/admin/api/v1{path}",
            method=method,
            json=body,
            base_url=ISSUER,
            environ_base=HERE,
            headers={"Authorization": f"Bearer {self.token}"} | headers,
        )


def operations() -> Iterator[tuple[str, str, str]]:
    """Every operation: method, rule below the interface, the permission it names."""
    made = api.create()
    for rule in made.url_map.iter_rules():
        need = need_of(made.view_functions[rule.endpoint])
        assert need is not None, f"{rule} names no permission"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule.removeprefix("/admin/api/v1"), need.permission


def program(app: Flask, *permissions: str, division: str = NATION, **changes: Any) -> Program:
    """A registered program with a token for these permissions."""
    own: dict[str, Any] = {
        "grant_types": ("client_credentials",),
        "redirect_uris": (),
        "post_logout_redirect_uris": (),
        "scopes": permissions,
        "division": division,
    }
    client = signing_portal(f"program-{abs(hash((permissions, division))) % 10**8}", **(own | changes))
    http = Browser(app)
    answer = http.post(
        "/token",
        data={"grant_type": "client_credentials", **client.credentials()},
        base_url=ISSUER,
        environ_base=HERE,
    )
    assert answer.status_code == 200, answer.data
    return Program(http=http, client=client, token=str((answer.json or {})["access_token"]))
