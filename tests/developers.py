"""Developers at their browsers, for tests of teams and of what they build."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

import clients
from clients.teams.sandbox import Choices
from clients.teams.service import members, sandboxes
from clients.teams.team import Role
from idp.divisions import NATION
from tests.actors import Person, Portal, citizen

CALLBACK = "http://127.0.0.1:5000/callback"


class Developer(Person):
    """A citizen logged in at the platform, who may be in a team."""

    def __init__(self, app: Flask, position: int = 0, *, ial: int = 3) -> None:
        super().__init__(app)
        self.id = citizen(_number(position), ial=ial)
        self.log_in(self.id, ial=ial)

    def team(self, name: str = "示范开发组") -> str:
        """A team of this developer's own."""
        return members.create(name=name, division=NATION, person=self.id)

    def join(self, team_id: str, owner: "Developer", role: Role) -> None:
        """Come into somebody's team by an invitation."""
        members.join(members.invite(team_id, role, person=owner.id).reveal(), person=self.id)

    def sandbox(self, team_id: str, **changes: Any) -> Portal:
        """A sandbox client of the team, as a portal that speaks by hand."""
        chosen: dict[str, Any] = {"name": "网上大厅", "redirect_uris": (CALLBACK,)} | changes
        made = sandboxes.create(team_id, Choices(**chosen), person=self.id)
        found = clients.find(made.client.client_id)
        assert found is not None
        return Portal(client=found, secret=made.secret.reveal() if made.secret else "")

    def send(
        self, path: str, data: dict[str, Any] | None = None, *, page: str = "/developers/"
    ) -> TestResponse:
        """Send a form with the token of a page of the same browser."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found, page
        return self.post(path, {"csrf_token": unescape(found[1]), **(data or {})})


def landed(answer: TestResponse) -> str:
    """Where a redirect leads, as a path."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:800])
    return urlsplit(answer.location).path


def _number(position: int) -> str:
    """An ID number of a demo region with its check digit (GB 11643-1999 §4)."""
    body = f"0101011990{position // 28 + 1:02d}{position % 28 + 1:02d}30{position % 10}"[:17]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]
