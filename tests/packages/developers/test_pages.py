"""The developers' pages: the guard in front of each."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

import clients
from clients.applications import Applicant
from clients.applications import service as applying
from clients.teams import Role, queries
from idp.developers.guard import FRESH
from idp.developers.needs import need_of
from idp.divisions import NATION, Reach
from tests.actors import Person
from tests.conftest import MovableClock
from tests.developers import Developer, landed
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")

RANKS = {None: -1, "viewer": 1, "developer": 2, "owner": 3}


def pages_of(app: Flask) -> Iterator[tuple[str, str, object]]:
    """Every route of developers, whoever added it: method, address with its places open, view."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/developers/"):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, rule.rule, app.view_functions[rule.endpoint]


def filled(path: str, team: str, client: str, application: str = "none") -> str:
    named = path.replace("<team_id>", team).replace("<client_id>", client)
    return re.sub(r"<[^>]+>", "none", named.replace("<application_id>", application))


def test_every_page_says_what_it_needs(app: Flask) -> None:
    found = list(pages_of(app))
    assert len(found) > 15
    for method, path, view in found:
        need = need_of(view)
        assert need is not None, f"{method} {path}"
        assert need.role is not None or "<team_id>" not in path, f"{method} {path}"


def test_nobody_comes_in_without_a_login(app: Flask) -> None:
    stranger = Person(app)
    for method, path, _ in pages_of(app):
        if method == "GET":
            assert landed(stranger.get(filled(path, "t", "c"))).startswith("/login/"), path


@pytest.mark.parametrize("role", ["viewer", "developer", "owner"])
def test_each_role_opens_what_is_its_own_and_nothing_more(app: Flask, role: Role) -> None:
    owner, member = Developer(app, 0), Developer(app, 1)
    team = owner.team()
    member.join(team, owner, role)
    client = owner.sandbox(team).client.client_id
    asks, place = Applicant(id=owner.id, team=team), Reach(division=NATION)
    application = applying.draft("hall", entry={}, place=place, actor=asks)
    for method, path, view in pages_of(app):
        need = need_of(view)
        if need is None or need.role is None:
            continue
        address = filled(path, team, client, application)
        allowed = RANKS[role] >= RANKS[need.role]
        if method == "GET":
            assert (member.get(address).status_code == 200) is allowed, address
        elif not allowed:
            with nothing_changed():
                assert member.send(address, {"overlap": "0"}).status_code == 403, address


@pytest.mark.parametrize("place", ["stranger", "tester", "owner of another team"])
def test_a_team_and_its_clients_are_not_there_for_others(app: Flask, place: str) -> None:
    owner, other = Developer(app, 0), Developer(app, 1)
    team = owner.team()
    if place == "tester":
        other.join(team, owner, "tester")
    elif place != "stranger":
        other.team("另一开发组")
    client = owner.sandbox(team).client.client_id
    seen = 0
    for method, path, _ in pages_of(app):
        if "<team_id>" in path:
            address = filled(path, team, client)
            answer = other.get(address) if method == "GET" else other.send(address)
            assert answer.status_code == 404, address
            assert "示范开发组" not in answer.text
            seen += 1
    denied = events("team.deny")
    assert len(denied) == seen
    assert {event.person for event in denied} == {other.id}
    assert all(team in event.detail for event in denied)


def test_a_client_is_reached_by_the_address_of_its_own_team_only(app: Flask) -> None:
    owner, other = Developer(app, 0), Developer(app, 1)
    own, foreign = other.team("另一开发组"), owner.sandbox(owner.team()).client.client_id
    for method, path, _ in pages_of(app):
        if "<client_id>" in path:
            address = filled(path, own, foreign)
            answer = other.get(address) if method == "GET" else other.send(address)
            assert answer.status_code == 404, address
    assert clients.find(foreign) is not None
    assert events("client.sandbox")[-1].person == owner.id


def test_what_is_dangerous_in_a_stolen_session_asks_for_a_fresh_login(
    app: Flask, time_travel: MovableClock
) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team)
    here = f"/developers/teams/{team}/clients/{portal.client.client_id}"
    time_travel.advance(FRESH + 1)
    assert me.get(here).status_code == 200
    for path in (
        f"{here}/secret",
        f"{here}/edit",
        f"{here}/delete",
        f"/developers/teams/{team}/invitations",
        f"/developers/teams/{team}/settings",
    ):
        attempt = landed(me.send(path, {"overlap": "0", "role": "owner"}))
        assert attempt.startswith("/login/"), path
        assert "刚才的操作还没有进行" in me.get(attempt).text, path
        assert clients.find(portal.client.client_id) == portal.client
    assert queries.invitations(team) == ()


def test_nobody_s_id_stands_on_a_page(app: Flask) -> None:
    owner, other = Developer(app, 0), Developer(app, 1)
    team = owner.team()
    other.join(team, owner, "viewer")
    text = owner.get(f"/developers/teams/{team}/members").text
    assert owner.id not in text
    assert other.id not in text
    assert "张*" in text
