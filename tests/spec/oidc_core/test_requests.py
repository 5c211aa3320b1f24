"""OpenID Connect Core 1.0 §2, §3.1.2: what an authentication request is asked and told."""

import pytest

from tests.actors import Person, Portal, decode, query
from tests.conftest import MovableClock


def test_section_2_auth_time_is_when_the_person_logged_in(
    me: Person, tax: Portal, time_travel: MovableClock
) -> None:
    """OIDC Core §2: auth_time is told, always, and it is the time of the login and not of the token."""
    time_travel.advance(100)
    claims = decode(me.tokens(tax, max_age="10000")["id_token"])
    assert claims["iat"] - claims["auth_time"] >= 100


def test_section_2_amr_and_acr_are_of_the_login(me: Person, tax: Portal) -> None:
    """OIDC Core §2: acr is a text that both sides know, amr a list of texts."""
    claims = decode(me.tokens(tax)["id_token"])
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert claims["acr"] in metadata["acr_values_supported"]
    assert claims["amr"] == ["pwd"]


def test_section_3_1_2_1_response_type_and_client_id_are_demanded(me: Person, tax: Portal) -> None:
    """OIDC Core §3.1.2.1, §3.1.2.2: required parameters are there; openid is among the scopes."""
    assert me.authorize(tax, client_id=None).status_code == 400
    assert me.authorize(tax, redirect_uri=None).status_code == 400
    assert query(me.authorize(tax, response_type=None).location)["error"] == "invalid_request"
    assert query(me.authorize(tax, scope="profile").location)["error"] == "invalid_scope"


@pytest.mark.parametrize("prompt", ["none login", "none consent", "login none", "none select_account"])
def test_section_3_1_2_1_none_stands_alone(me: Person, tax: Portal, prompt: str) -> None:
    """OIDC Core §3.1.2.1: prompt=none with another value is an error."""
    me.tokens(tax)
    assert query(me.authorize(tax, prompt=prompt).location)["error"] == "invalid_request"


def test_section_3_1_2_1_max_age_zero_is_like_prompt_login(me: Person, tax: Portal) -> None:
    """OIDC Core §3.1.2.1: a login that is older than max_age is made anew; zero means at once."""
    me.tokens(tax)
    assert me.authorize(tax, max_age="0").location.startswith("/login/")


def test_section_3_1_2_6_the_error_is_sent_by_the_mode_of_the_response(me: Person, tax: Portal) -> None:
    """OIDC Core §3.1.2.6: to the redirection URI, with error and the state that was sent."""
    told = query(me.authorize(tax, scope="x", state="s").location)
    assert (told["error"], told["state"]) == ("invalid_scope", "s")


def test_section_3_1_3_2_a_code_belongs_to_an_authentication_request(me: Person, tax: Portal) -> None:
    """OIDC Core §3.1.3.2, §3.1.3.3: whatever code there is gives an ID token."""
    told = me.token(tax, tax.token_form(me.code_for(tax, scope="openid"))).json or {}
    assert decode(told["id_token"])["aud"] == "tax"


def test_section_5_3_2_the_content_type_is_json(me: Person, tax: Portal) -> None:
    """OIDC Core §5.3.2: application/json for claims as JSON; UTF-8; stored by nobody."""
    access = me.tokens(tax, scope="openid realname")["access_token"]
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {access}"})
    assert answer.content_type == "application/json"
    assert "张示" in answer.data.decode("utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
