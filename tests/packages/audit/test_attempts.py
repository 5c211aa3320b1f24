"""``/attempts``: a portal learns why logins to it failed, and nothing of anybody else."""

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.audit import jobs
from tests.actors import Person, Portal, portal, service
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")

FEED: dict[str, Any] = {
    "grant_types": ("authorization_code", "client_credentials"),
    "scopes": ("openid", "profile", "attempts"),
}


class Reader(Person):
    """A portal's own system, with a token."""

    def __init__(self, app: Flask, client: Portal) -> None:
        super().__init__(app)
        tokens = self.token(client, {"grant_type": "client_credentials", "scope": "attempts"}).json
        assert tokens
        self.bearer = {"Authorization": f"Bearer {tokens['access_token']}"}

    def read(self, query: str = "") -> TestResponse:
        jobs.ship()
        return self.get(f"/attempts{query}", headers=self.bearer)


@pytest.fixture
def fed(stores: None) -> Portal:
    return portal("fed", **FEED)


def refused(me: Person, client: Portal, **changes: str) -> str:
    """A request refused by a page; the reference number on it."""
    found = re.search(r"\b([0-9a-f]{16})\b", me.authorize(client, **changes).text)
    assert found
    return found[1]


def test_a_portal_learns_why_a_login_failed(app: Flask, me: Person, fed: Portal) -> None:
    reference = refused(me, fed, redirect_uri="https://elsewhere.example/cb")
    me.authorize(fed, scope="openid nothing")
    told = Reader(app, fed).read().json or {}
    assert [one["code"] for one in told["attempts"]] == ["invalid_scope", "APP-001"]
    page = told["attempts"][1]
    assert page["reference"] == reference
    assert page["fix"]
    assert page["fix_zh"]
    assert set(page) == {
        "code", "fix", "fix_zh", "kind", "meaning", "meaning_zh", "outcome", "reference", "time",
    }  # fmt: skip


def test_it_learns_nothing_of_others_and_nothing_that_went_well(app: Flask, me: Person, fed: Portal) -> None:
    refused(me, portal("other"), redirect_uri="https://elsewhere.example/cb")
    me.tokens(fed)
    answer = Reader(app, fed).read()
    assert answer.json == {"attempts": [], "next": ""}


def test_each_look_is_on_record(app: Flask, fed: Portal) -> None:
    Reader(app, fed).read()
    assert [event.client for event in events("audit.search")] == ["fed"]


def test_pages_follow_each_other_and_since_cuts_off(app: Flask, me: Person, fed: Portal) -> None:
    references = [refused(me, fed, redirect_uri="https://elsewhere.example/cb") for _ in range(5)]
    reader, seen, cursor = Reader(app, fed), [], ""
    while True:
        told = reader.read(f"?limit=2&cursor={cursor}" if cursor else "?limit=2").json or {}
        seen += [one["reference"] for one in told["attempts"]]
        cursor = told["next"]
        if not cursor:
            break
    assert seen == references[::-1]
    assert reader.read("?since=4000000000").json == {"attempts": [], "next": ""}


@pytest.mark.parametrize(
    "query",
    [
        "limit=101",
        "limit=x",
        "limit=-1",
        "since=" + "9" * 20,
        "cursor=x",
        "cursor=%00",
        "client=tax",
        "limit=1&limit=2",
    ],
)
def test_what_is_asked_wrongly_is_refused(query: str, app: Flask, fed: Portal) -> None:
    answer = Reader(app, fed).read(f"?{query}")
    assert answer.status_code == 400
    assert answer.text.isascii()


def test_tokens_without_the_scope_open_nothing(app: Flask, me: Person, tax: Portal, fed: Portal) -> None:
    reader = Reader(app, fed)
    machine = me.token(service("machine"), {"grant_type": "client_credentials"}).json or {}
    for token in (me.tokens(tax)["access_token"], machine["access_token"]):
        reader.bearer = {"Authorization": f"Bearer {token}"}
        assert reader.read().status_code == 403
    reader.bearer = {}
    assert reader.read().status_code == 401
