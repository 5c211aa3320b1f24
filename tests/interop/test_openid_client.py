"""openid-client of npm: the library most node portals use."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import node
from tests.interop.browserless import Browser
from tests.interop.portal import Portal

pytestmark = pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "node is here")


class Program:
    """A running program that is told and answers one line of JSON at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        self.process = subprocess.Popen(
            ["node", name], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def tell(self, **values: str) -> dict[str, Any]:
        """Say something to the program; its answer."""
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        self.process.stdin.write(json.dumps(values).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read().decode()
        return dict(json.loads(line))


@pytest.fixture
def program() -> Iterator[Program]:
    """The portal's program, with the packages its lock file names."""
    program = Program(node.install(Path(__file__).parent / "node"), "openid_client.js")
    yield program
    program.process.kill()
    program.process.communicate()


def test_openid_client_logs_in_refreshes_reads_claims_and_logs_out(portal: Portal, program: Program) -> None:
    browser = Browser()
    asked = program.tell(
        issuer=portal.issuer,
        client_id=portal.client_id,
        client_secret=portal.client_secret,
        redirect_uri=portal.redirect_uri,
        post_logout_redirect_uri=portal.post_logout_redirect_uri,
        scope=portal.scope,
    )
    held = program.tell(callback=portal.log_in(browser, asked["address"]))
    assert held["claims"]["iss"] == portal.issuer
    assert held["person"]["sub"] == held["claims"]["sub"] == held["introspected"]["sub"]
    assert held["introspected"]["active"] is True
    assert held["rotated"] is True
    back = portal.log_out(browser, held["logout"])
    assert back == f"{portal.post_logout_redirect_uri}?state=bye"
    assert program.tell()["refusal"] == "invalid_grant"
