"""Sandbox clients by their pages: made, changed, given a new secret, copied from."""

import json
import re

import pytest
from flask import Flask
from joserfc.jwk import ECKey

import clients
from clients.teams import queries
from tests.conftest import MovableClock
from tests.developers import CALLBACK, Developer, landed
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


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
