"""The developers' pages: the guard in front of each, and what they do."""

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from joserfc.jwk import ECKey

import clients
from clients.applications import Applicant
from clients.applications import service as applying
from clients.teams import Role, queries
from clients.teams.service import members
from idp.base.errors import Rejected
from idp.developers.guard import FRESH
from idp.developers.needs import need_of
from idp.developers.views.members import reference_of
from idp.divisions import NATION, Reach
from idp.persons import service as persons
from tests.actors import Person, citizen, query
from tests.conftest import MovableClock
from tests.developers import CALLBACK, Developer, landed
from tests.officers import PROVINCE, grow_tree
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


def test_who_is_not_proven_to_a_real_name_makes_no_team(app: Flask) -> None:
    nobody = Developer(app, ial=1)
    attempt = landed(nobody.get("/developers/"))
    assert attempt.startswith("/login/")
    assert "AUTH-009" in nobody.get(attempt).text


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


def test_from_nothing_to_a_client_by_three_forms(app: Flask) -> None:
    me = Developer(app)
    assert "第一步" in me.get("/developers/").text
    with nothing_changed():
        nowhere = me.send("/developers/teams", {"name": "示范开发组", "division": " "})
    assert (nowhere.status_code, "没有这个行政区划" in nowhere.text) == (400, True)
    team = landed(me.send("/developers/teams", {"name": "示范开发组", "division": "000000"}))
    assert 'id="kit-flask"' in me.get(team).text
    form = me.get(f"{team}/clients/new?kit=flask").text
    assert CALLBACK in form
    made = me.send(
        f"{team}/clients",
        {"kit": "flask", "name": "网上大厅", "redirect_uris": CALLBACK, "scope": "profile"},
        page=f"{team}/clients/new",
    )
    assert made.status_code == 200
    secret = re.search(r'id="secret">([^<]+)<', made.text)
    assert secret
    client = clients.find(queries.client_ids(team.rpartition("/")[2])[0])
    assert client is not None
    assert client.secret_matches(secret[1])
    assert (client.name, client.environment, client.listed) == ("网上大厅（沙箱）", "sandbox", False)
    assert client.organization == "示范开发组（沙箱，未核实）"
    assert f"OIDC_CLIENT_ID={client.client_id}" in made.text
    assert made.headers["Cache-Control"] == "no-store"
    for page in ("", "/edit", "/secret", "/configuration?kit=flask"):
        again = me.get(f"{team}/clients/{client.client_id}{page}")
        assert again.status_code == 200
        assert secret[1] not in again.text, "shown once"


def test_what_is_wrong_with_a_client_is_said_beside_its_field(app: Flask) -> None:
    me = Developer(app)
    team = f"/developers/teams/{me.team()}"
    wrong = {
        "name": "x",
        "redirect_uris": "http://portal.example.com/cb",
        "backchannel_logout_uri": "https://10.0.0.1/out",
        "scope": "idcard",
        "proof": "key",
        "jwks": "{",
    }
    with nothing_changed():
        answer = me.send(f"{team}/clients", wrong, page=f"{team}/clients/new")
    assert answer.status_code == 400
    for field in ("name", "redirect_uris", "backchannel_logout_uri", "scope-openid", "jwks"):
        assert f'href="#{field}"' in answer.text, field
    assert 'id="redirect_uris-error"' in answer.text
    assert (
        "（redirect_uris[0]：须为https（http只能用于本机地址：移动或桌面应用，以及开发环境））" in answer.text
    )
    assert "（jwks：不是JSON格式）" in answer.text
    english = me.send(f"{team}/clients?lang=en", wrong, page=f"{team}/clients/new")
    assert "(redirect_uris[0]: must be https (http is for loopback" in english.text
    assert "(jwks: is not JSON)" in english.text


@pytest.mark.parametrize("spelling", ["set", "twice", "pem"])
def test_a_private_key_is_not_sent_back(app: Flask, spelling: str) -> None:
    me = Developer(app)
    here = f"/developers/teams/{me.team()}/clients"
    key = ECKey.generate_key("P-256", auto_kid=True)
    secret = str(key.as_dict(private=True)["d"])
    typed = {
        "set": json.dumps({"keys": [key.as_dict(private=True)]}),
        "twice": f'{{"keys": [], "d": "{secret}", "d": "{secret}"}}',
        "pem": key.as_pem(private=True).decode(),
    }[spelling]
    form = {"name": "网上大厅", "redirect_uris": CALLBACK, "proof": "key", "jwks": typed}
    answer = me.send(here, form, page=f"{here}/new")
    assert answer.status_code == 400
    assert secret not in answer.text
    assert "PRIVATE KEY" not in answer.text


def test_a_changed_client_is_what_the_form_said_and_keeps_its_secret(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team)
    here = f"/developers/teams/{team}/clients/{portal.client.client_id}"
    form = {"name": "新名称", "redirect_uris": f"{CALLBACK}\nhttp://localhost:3000/cb", "min_level": "2"}
    assert landed(me.send(f"{here}/edit", form, page=f"{here}/edit")) == here
    changed = clients.find(portal.client.client_id)
    assert changed is not None
    assert (changed.name, changed.redirect_uris, changed.min_level, changed.scopes) == (
        "新名称（沙箱）", (CALLBACK, "http://localhost:3000/cb"), 2, ("openid",),
    )  # fmt: skip
    assert changed.secret_matches(portal.secret)
    (event,) = [row for row in events("client.sandbox") if "replaced" in row.detail]
    assert "redirect_uris" in event.detail


def test_a_new_secret_leaves_the_old_one_its_time(app: Flask, time_travel: MovableClock) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team)
    here = f"/developers/teams/{team}/clients/{portal.client.client_id}"
    answer = me.send(f"{here}/secret", {"overlap": "86400"}, page=f"{here}/secret")
    found = re.search(r'id="secret">([^<]+)<', answer.text)
    assert found
    renewed = clients.find(portal.client.client_id)
    assert renewed is not None
    assert renewed.secret_matches(portal.secret)
    assert renewed.secret_matches(found[1])
    time_travel.advance(86401)
    assert not renewed.secret_matches(portal.secret)
    assert renewed.secret_matches(found[1])
    (event,) = events("client.secret_rotate")
    assert event.person == me.id
    assert found[1] not in str(events())


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


def test_an_invitation_brings_one_person_once(app: Flask) -> None:
    owner, first, second = (Developer(app, position) for position in range(3))
    team = owner.team()
    people = f"/developers/teams/{team}/members"
    page = owner.send(f"/developers/teams/{team}/invitations", {"role": "developer"}, page=people)
    found = re.search(r'id="address">http://[^/]+(/developers/join/[^<]+)<', page.text)
    assert found
    link = found[1]
    assert link.rpartition("/")[2] not in owner.get(people).text
    assert "开发人员" in first.get(link).text
    assert second.get(link).status_code == 200, "opening it spends nothing"
    assert landed(first.send(link, page=link)) == f"/developers/teams/{team}"
    assert second.get(link).status_code == 404
    assert ["team.invitation" in event.detail for event in events("team.deny")] == [True]
    place = queries.membership(team, first.id)
    assert place is not None
    assert place.role == "developer"
    assert queries.membership(team, second.id) is None


def test_who_leaves_a_team_leaves_its_clients_too(app: Flask) -> None:
    owner, tester = Developer(app, 0), Developer(app, 1)
    team = owner.team()
    tester.join(team, owner, "tester")
    portal = owner.sandbox(team)
    tokens = tester.tokens(portal, scope="openid profile")
    people = f"/developers/teams/{team}/members"
    place = queries.membership(team, tester.id)
    assert place is not None
    reference = reference_of(place)
    assert f"{people}/{reference}/remove" in owner.get(people).text
    assert landed(owner.send(f"{people}/{reference}/remove", page=people)) == people
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refused = tester.token(portal, form)
    assert (refused.json or {})["error"] == "invalid_grant"
    assert tester.authorize(portal).status_code == 403
    assert queries.membership(team, tester.id) is None


def test_who_is_taken_out_or_down_does_not_come_back_by_a_link_of_his_own(app: Flask) -> None:
    owner, other, third = (Developer(app, position) for position in range(3))
    team = owner.team()
    for act in (
        lambda: members.set_role(team, other.id, "viewer", person=owner.id),
        lambda: members.remove(team, other.id, person=owner.id),
    ):
        if queries.membership(team, other.id) is not None:
            members.set_role(team, other.id, "owner", person=owner.id)
        else:
            other.join(team, owner, "owner")
        link = members.invite(team, "owner", person=other.id).reveal()
        kept = members.invite(team, "viewer", person=owner.id).reveal()
        act()
        with nothing_changed(), pytest.raises(Rejected, match=r"team\.invitation"):
            members.join(link, person=third.id)
        assert queries.invitation(kept)


def test_nobody_s_id_stands_on_a_page(app: Flask) -> None:
    owner, other = Developer(app, 0), Developer(app, 1)
    team = owner.team()
    other.join(team, owner, "viewer")
    text = owner.get(f"/developers/teams/{team}/members").text
    assert owner.id not in text
    assert other.id not in text
    assert "张*" in text


def test_a_tester_logs_in_at_a_sandbox_that_says_what_it_is(app: Flask) -> None:
    owner, tester = Developer(app, 0), Developer(app, 1)
    team = owner.team()
    tester.join(team, owner, "tester")
    portal = owner.sandbox(team)
    answer = tester.authorize(portal)
    assert "/login/" in answer.location
    consent = tester.get(tester.get(answer.location).location)
    asked = tester.get(consent.location)
    assert 'id="sandbox"' in asked.text
    assert "示范开发组（沙箱，未核实）" in asked.text
    assert "依法履行职责" not in asked.text, "nobody has a duty in the sandbox"
    assert query(tester.get(tester.agree(consent.location).location).location)["code"]
    (event,) = events("consent.grant")
    assert "statutory_duty" not in event.detail


def test_a_child_is_not_drawn_into_tests(app: Flask) -> None:
    owner = Developer(app, 0)
    child = Person(app)
    child.log_in(citizen("010101202001013014", "张小示", ial=2), ial=2)
    token = members.invite(owner.team(), "tester", person=owner.id).reveal()
    page = f"/developers/join/{token}"
    csrf = re.findall(r'name="csrf_token" value="([^"]+)"', child.get(page).text)[0]
    with nothing_changed():
        answer = child.post(page, {"csrf_token": csrf})
    assert answer.status_code == 400
    assert "未满14周岁" in answer.text


def test_sandbox_clients_go_where_their_team_goes_and_keep_their_secrets(app: Flask) -> None:
    grow_tree()
    me = Developer(app)
    team = me.team()
    kept, other = me.sandbox(team), me.sandbox(me.team("别的组"))
    page = f"/developers/teams/{team}/settings"
    form = {"name": "新的开发组", "division": PROVINCE}
    assert me.send(page, form, page=page).status_code == 303
    moved, stayed = clients.find(kept.client.client_id), clients.find(other.client.client_id)
    assert moved is not None
    assert (moved.division, moved.organization) == (PROVINCE, "新的开发组（沙箱，未核实）")
    assert moved.secret_matches(kept.secret)
    assert stayed == other.client


def test_a_team_does_not_go_where_nothing_is(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    kept = me.sandbox(team)
    page = f"/developers/teams/{team}/settings"
    assert me.send(page, {"name": "开发组", "division": "990000"}, page=page).status_code == 400
    assert clients.find(kept.client.client_id) == kept.client


def test_a_new_team_stands_at_the_nearest_division_that_is_known(app: Flask) -> None:
    """The form's own answer: where nobody decides on applications, a team would wait for ever."""
    me = Person(app)
    person_id = persons.register(
        full_name="李示兰",
        id_number="010102195109231025",
        service_region="010102",
        operator="test",
        source="test",
    )
    persons.set_level(person_id, 3, method="registry_match", source="test", operator="test")
    me.log_in(person_id, ial=3)
    assert 'value="000000"' in me.get("/developers/").text
    grow_tree()
    assert 'value="010100"' in me.get("/developers/").text


def test_the_page_of_a_kit_names_the_address_at_which_to_begin(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    here = f"/developers/teams/{team}/clients/"
    page = me.get(f"{here}{me.sandbox(team).client.client_id}/configuration?kit=flask").text
    assert 'id="program" href="http://127.0.0.1:5000/"' in page
    assert 'id="by-key"' not in page
    key = ECKey.generate_key("P-256", parameters={"alg": "ES256", "use": "sig"}, auto_kid=True)
    keyed = me.sandbox(
        team, proof="key", jwks=json.dumps({"keys": [key.as_dict(private=False)]})
    ).client.client_id
    assert 'id="by-key"' in me.get(f"{here}{keyed}/configuration?kit=flask").text
