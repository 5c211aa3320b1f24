"""Teams by their pages: founded, moved, joined by invitation, left; and who comes to test."""

import re

import pytest
from flask import Flask

import clients
from clients.teams import queries
from clients.teams.service import members
from idp.base.errors import Rejected
from idp.developers.views.members import reference_of
from idp.persons import service as persons
from tests.actors import Person, citizen, query
from tests.developers import Developer, landed
from tests.officers import PROVINCE, grow_tree
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


def test_who_is_not_proven_to_a_real_name_makes_no_team(app: Flask) -> None:
    nobody = Developer(app, ial=1)
    attempt = landed(nobody.get("/developers/"))
    assert attempt.startswith("/login/")
    assert "AUTH-009" in nobody.get(attempt).text


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
