"""Attack book, group L, where developers help themselves: other teams' things, stolen sessions, strangers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

import clients
from clients import service as registry
from clients.rules.sandbox import MARKS
from clients.teams import admits, queries
from clients.teams.sandbox import Choices
from clients.teams.service import members, sandboxes
from idp.base.errors import Rejected
from tests.actors import Person, Portal, portal
from tests.conftest import MovableClock
from tests.developers import CALLBACK, Developer, landed
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

MANY = 8
RESTRICTED = ("profile.full", "idcard", "face.verify", "esign", "elicense.read", "data.query", "address")


@pytest.fixture
def owner(app: Flask) -> Developer:
    return Developer(app)


@pytest.fixture
def stranger(app: Flask) -> Developer:
    return Developer(app, 1)


def test_l02_a_form_sets_nothing_but_what_is_a_team_s_to_choose(owner: Developer) -> None:
    team = f"/developers/teams/{owner.team()}"
    extra = {
        "client_id": "tax", "client_secret": "mine", "environment": "production", "listed": "true",
        "organization": "国家税务总局", "sector": "tax.example.gov", "division": "010000",
        "origin": "manifest",
        "grant_types": "client_credentials", "introspects": "tax", "profile": "fapi2", "enabled": "1",
        "legal_basis": "statutory_duty", "created_at": "1", "restricted_until": "9999999999",
    }  # fmt: skip
    form = {"name": "网上大厅", "redirect_uris": CALLBACK, **extra}
    assert owner.send(f"{team}/clients", form, page=f"{team}/clients/new").status_code == 200
    (client_id,) = queries.client_ids(team.rpartition("/")[2])
    client = clients.find(client_id)
    assert client is not None
    assert client_id.startswith("sb-")
    assert (client.environment, client.listed, client.sector) == ("sandbox", False, client_id)
    assert (client.organization, client.profile) == ("示范开发组（沙箱，未核实）", "standard")
    assert client.grant_types == ("authorization_code", "refresh_token")
    assert not client.secret_matches("mine")
    assert clients.find("tax") is None


@pytest.mark.parametrize("scope", RESTRICTED)
def test_l02_no_way_gives_a_sandbox_client_a_restricted_scope(owner: Developer, scope: str) -> None:
    team = owner.team()
    kept = owner.sandbox(team)
    wanted = Choices(name="网上大厅", redirect_uris=(CALLBACK,), scopes=("openid", scope))
    with nothing_changed():
        with pytest.raises(sandboxes.Unfit):
            sandboxes.create(team, wanted, person=owner.id)
        with pytest.raises(sandboxes.Unfit):
            sandboxes.change(team, kept.client.client_id, wanted, person=owner.id)
    code = owner.code_for(kept, scope=f"openid {scope}")
    answer = owner.token(kept, kept.token_form(code)).json or {}
    assert answer["scope"] == "openid"


def test_l13_a_client_of_another_team_is_neither_shown_nor_changed(
    owner: Developer, stranger: Developer
) -> None:
    own, foreign = stranger.team("另一开发组"), owner.sandbox(owner.team())
    theirs = queries.team_of(foreign.client.client_id)
    assert theirs is not None
    for team in (own, theirs.id):
        here = f"/developers/teams/{team}/clients/{foreign.client.client_id}"
        for page in ("", "/edit", "/secret", "/delete", "/configuration", "/log", "/checks"):
            with one_event("team.deny"):
                answer = stranger.get(here + page)
            assert answer.status_code == 404
            assert foreign.client.name not in answer.text
        for page in ("/edit", "/secret", "/delete", "/checks"):
            with one_event("team.deny"), nothing_changed():
                assert stranger.send(here + page, {"overlap": "0"}).status_code == 404
    denied = events("team.deny")
    assert {(event.person, event.client) for event in denied} == {(stranger.id, foreign.client.client_id)}


def test_l13_verbs_below_the_pages_ask_again_who_acts(owner: Developer, stranger: Developer) -> None:
    team, other = owner.team(), stranger.team("另一开发组")
    client = owner.sandbox(team).client.client_id
    chosen = Choices(name="网上大厅", redirect_uris=(CALLBACK,))
    for asked in (team, other):
        with nothing_changed():
            with pytest.raises(Rejected) as refused:
                sandboxes.change(asked, client, chosen, person=stranger.id)
            assert refused.value.status == 404
            with pytest.raises(Rejected):
                sandboxes.rotate_secret(asked, client, overlap=0, person=stranger.id)
            with pytest.raises(Rejected):
                sandboxes.delete(asked, client, person=stranger.id)
    with nothing_changed(), pytest.raises(Rejected):
        members.invite(team, "owner", person=stranger.id)


def test_l13_an_invitation_is_used_by_one_of_many_at_once(app: Flask, owner: Developer) -> None:
    team = owner.team()
    token = members.invite(team, "developer", person=owner.id).reveal()
    people = [Developer(app, position) for position in range(1, MANY + 1)]
    gate = Barrier(MANY)

    def join(person: Developer) -> bool:
        gate.wait()
        try:
            members.join(token, person=person.id)
        except Rejected:
            return False
        return True

    with ThreadPoolExecutor(MANY) as pool:
        assert list(pool.map(join, people)).count(True) == 1
    assert len(queries.members(team)) == 2
    assert len(events("team.join")) == 1


def test_l13_two_owners_cannot_take_the_team_from_each_other(owner: Developer, stranger: Developer) -> None:
    team = owner.team()
    stranger.join(team, owner, "owner")
    gate = Barrier(2)

    def demote(pair: tuple[Developer, Developer]) -> int:
        gate.wait()
        try:
            members.set_role(team, pair[1].id, "viewer", person=pair[0].id)
        except Rejected as refused:
            return refused.status
        return 0

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(demote, ((owner, stranger), (stranger, owner)))) == [0, 403]
    assert [one.role for one in queries.members(team)].count("owner") == 1


def test_l13_the_last_owner_stays(owner: Developer) -> None:
    team = owner.team()
    with nothing_changed(), pytest.raises(Rejected) as refused:
        members.remove(team, owner.id, person=owner.id)
    assert refused.value.code == "team.last_owner"


def test_l13_a_developer_invites_testers_and_nobody_above(owner: Developer, stranger: Developer) -> None:
    team = owner.team()
    stranger.join(team, owner, "developer")
    people = f"/developers/teams/{team}/members"
    assert (
        stranger.send(f"/developers/teams/{team}/invitations", {"role": "tester"}, page=people).status_code
        == 200
    )
    for role in ("owner", "developer", "viewer"):
        with one_event("team.deny"), nothing_changed():
            answer = stranger.send(f"/developers/teams/{team}/invitations", {"role": role}, page=people)
        assert answer.status_code == 403


def test_l20_a_login_of_an_hour_ago_changes_nothing_dangerous(
    owner: Developer, time_travel: MovableClock
) -> None:
    team = owner.team()
    client = owner.sandbox(team).client.client_id
    here = f"/developers/teams/{team}"
    time_travel.advance(1200)
    for path in (
        f"{here}/clients/{client}/edit", f"{here}/clients/{client}/secret", f"{here}/clients/{client}/delete",
        f"{here}/invitations", f"{here}/settings", f"{here}/members/none/role", f"{here}/members/none/remove",
    ):  # fmt: skip
        before = clients.find(client)
        assert landed(owner.send(path, {"overlap": "0", "role": "owner"})).startswith("/login/"), path
        assert clients.find(client) == before
    assert not events("client.secret_rotate")
    assert not queries.invitations(team)


@pytest.mark.parametrize("prompt", [None, "none", "login", "consent", "select_account"])
def test_l27_a_stranger_never_logs_in_at_a_sandbox_client(
    owner: Developer, stranger: Developer, prompt: str | None
) -> None:
    kept = owner.sandbox(owner.team())
    answer = stranger.authorize(kept, prompt=prompt)
    if answer.status_code == 303 and answer.location.startswith("/login/"):
        return  # asked who he is once more: what follows is the next test
    assert answer.status_code == 403
    assert "Location" not in answer.headers
    assert "APP-005" in answer.text
    (event,) = events("authz.reject")
    assert (event.client, event.reason) == (kept.client.client_id, "sandbox.stranger")
    assert not events("authz.grant")


def test_l27_a_stranger_who_logs_in_on_the_way_is_stopped_too(app: Flask, owner: Developer) -> None:
    kept, other = owner.sandbox(owner.team()), Developer(app, 1)
    nobody = Person(app)
    attempt = nobody.authorize(kept).location
    assert 'id="sandbox"' in nobody.get(attempt).text
    nobody.log_in(other.id)
    back = nobody.get(attempt).location
    with one_event("authz.reject"):
        assert nobody.get(back).status_code == 403
    assert not events("authz.grant")
    assert not events("consent.grant")


def test_l27_consent_and_sessions_of_before_do_not_outlast_the_membership(
    owner: Developer, stranger: Developer
) -> None:
    team = owner.team()
    kept = owner.sandbox(team)
    stranger.join(team, owner, "tester")
    stranger.tokens(kept)
    assert stranger.authorize(kept).location.startswith(CALLBACK)
    members.remove(team, stranger.id, person=owner.id)
    assert not admits(kept.client.client_id, stranger.id)
    assert stranger.authorize(kept).status_code == 403


def test_l27_a_sandbox_lends_nobody_our_address_to_be_led_away_by(owner: Developer, app: Flask) -> None:
    kept = owner.sandbox(owner.team(), redirect_uris=("https://elsewhere.example.com/cb",))
    nobody = Person(app)
    for changes in ({"scope": "nothing"}, {"prompt": "none"}, {"response_type": "token"}):
        answer = nobody.authorize(kept, **changes)
        assert answer.status_code == 400
        assert "elsewhere" not in answer.headers.get("Location", "")
    attempt = nobody.authorize(kept).location
    page = nobody.get(attempt).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    cancelled = nobody.post(attempt, {"csrf_token": token, "action": "cancel"})
    back = nobody.get(nobody.get(cancelled.location).location)
    assert back.status_code == 400
    assert "Location" not in back.headers
    assert owner.authorize(kept, scope="nothing").location.startswith(
        "https://elsewhere.example.com/cb?error="
    )


def test_l27_a_sandbox_client_of_no_team_admits_nobody(owner: Developer, tax: Portal) -> None:
    values = {
        "environment": "sandbox", "listed": False, "scopes": ("openid",),
        "name": "门户" + MARKS["name"], "name_en": "Portal" + MARKS["name_en"],
        "organization": "某局" + MARKS["organization"],
        "organization_en": "Office" + MARKS["organization_en"],
    }  # fmt: skip
    lost = portal("lost", **values)
    assert owner.authorize(lost).status_code == 403
    assert owner.code_for(tax)


def test_l28_a_deleted_client_takes_its_tokens_along(owner: Developer) -> None:
    team = owner.team()
    kept = owner.sandbox(team)
    tokens = owner.tokens(kept)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert owner.get("/userinfo", headers=bearer).status_code == 200
    here = f"/developers/teams/{team}/clients/{kept.client.client_id}"
    assert landed(owner.send(f"{here}/delete", page=f"{here}/delete")) == f"/developers/teams/{team}"
    assert owner.get("/userinfo", headers=bearer).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert owner.token(kept, form).status_code == 401
    assert owner.authorize(kept).status_code == 400
    assert owner.get(here).status_code == 404


def test_l28_what_an_administrator_stopped_its_team_cannot_start(owner: Developer) -> None:
    team = owner.team()
    kept = owner.sandbox(team)
    registry.disable(kept.client.client_id, operator="test")
    here = f"/developers/teams/{team}/clients/{kept.client.client_id}"
    form = {"name": "网上大厅", "redirect_uris": CALLBACK}
    with nothing_changed():
        assert owner.send(f"{here}/edit", form, page=f"{here}/edit").status_code == 400
        assert owner.send(f"{here}/secret", {"overlap": "0"}, page=f"{here}/secret").status_code == 400
        assert owner.authorize(kept).status_code == 403
