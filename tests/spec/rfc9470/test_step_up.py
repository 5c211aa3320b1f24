"""RFC 9470: a protected resource asks for a stronger or more recent login."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import settings
from tests.actors import Person, Portal, citizen, decode, portal, query
from tests.conftest import MovableClock
from tests.possession import Holder
from tests.records import events, one_event

HIGHER = "urn:gov-sso:acr:l3"


@pytest.fixture
def limited(stores: None) -> Iterator[None]:
    """A server that gives sensitive data for an hour after a login."""
    before = settings.current()
    settings.use(before.model_copy(update={"sensitive_max_age": 3600}))
    yield
    settings.use(before)


def userinfo(me: Person, access: str) -> TestResponse:
    return me.get("/userinfo", headers={"Authorization": f"Bearer {access}"})


def challenge(answer: TestResponse) -> str:
    (told,) = answer.headers.getlist("WWW-Authenticate")
    return told


def test_3_a_level_that_is_too_low_is_named_with_what_would_do(me: Person, tax: Portal) -> None:
    """RFC 9470 §3: insufficient_user_authentication, 401, and the acr_values that satisfy."""
    access = me.tokens(tax)["access_token"]
    portal("tax", min_level=3)
    with one_event("token.refuse"):
        answer = userinfo(me, access)
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "insufficient_user_authentication")
    assert f'acr_values="{HIGHER}"' in challenge(answer)
    assert "max_age" not in challenge(answer)
    assert events("token.refuse")[-1].reason.startswith("l2, ")


def test_4_the_told_values_are_good_for_an_authorization_request(app: Flask, stores: None) -> None:
    """RFC 9470 §4: the client asks again with acr_values, and its new token is enough."""
    me, tax = Person(app), portal("tax")
    person = citizen()
    me.log_in(person)
    access = me.tokens(tax)["access_token"]
    portal("tax", min_level=3)
    assert userinfo(me, access).status_code == 401
    assert "/login/" in me.authorize(tax, acr_values=HIGHER).location
    me.log_in(person, methods=("pwd", "otp"))
    again = me.tokens(tax, acr_values=HIGHER)["access_token"]
    assert decode(again)["acr"] == HIGHER
    assert userinfo(me, again).status_code == 200


def test_3_a_login_that_is_too_old_is_told_the_age(
    app: Flask, limited: None, time_travel: MovableClock
) -> None:
    """RFC 9470 §3: max_age tells how recent the login must be."""
    me = Person(app)
    me.log_in(citizen(), methods=("pwd", "otp"))
    offline = portal("office", scopes=("openid", "profile.full", "offline_access"))
    made = me.tokens(offline, scope="openid profile.full offline_access")
    assert userinfo(me, made["access_token"]).status_code == 200
    time_travel.advance(3601)
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    later = (me.token(offline, form).json or {})["access_token"]
    answer = userinfo(me, later)
    assert answer.status_code == 401
    assert 'error="insufficient_user_authentication"' in challenge(answer)
    assert 'max_age="3600"' in challenge(answer)
    assert "acr_values" not in challenge(answer)


def test_the_age_matters_for_sensitive_data_alone(
    app: Flask, limited: None, time_travel: MovableClock
) -> None:
    """RFC 9470 §3: what needs less than l3 is given as before."""
    me = Person(app)
    me.log_in(citizen())
    offline = portal("office", scopes=("openid", "profile", "offline_access"))
    made = me.tokens(offline, scope="openid profile offline_access")
    time_travel.advance(3601)
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    assert userinfo(me, (me.token(offline, form).json or {})["access_token"]).status_code == 200


def test_3_a_bound_token_is_asked_in_its_own_scheme(me: Person, tax: Portal) -> None:
    """RFC 9470 §3: the challenge is for any scheme, DPoP too."""
    holder = Holder()
    made = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=holder.proof()).json or {}
    portal("tax", min_level=3)
    answer = me.get("/userinfo", headers=holder.show(made["access_token"]))
    assert answer.status_code == 401
    assert challenge(answer).startswith("DPoP ")
    assert f'acr_values="{HIGHER}"' in challenge(answer)


def test_5_an_impossible_level_is_answered_by_its_own_error(me: Person, tax: Portal) -> None:
    """RFC 9470 §5: the server that cannot meet acr_values says unmet_authentication_requirements."""
    answer = me.authorize(tax, acr_values="urn:gov-sso:acr:l4", prompt="none")
    assert query(answer.location)["error"] == "unmet_authentication_requirements"


def test_6_1_the_token_tells_how_and_when_somebody_logged_in(me: Person, tax: Portal) -> None:
    """RFC 9470 §6.1: acr and auth_time stand in the access token."""
    claims = decode(me.tokens(tax)["access_token"])
    assert claims["acr"] == "urn:gov-sso:acr:l2"
    assert isinstance(claims["auth_time"], int)


def test_6_2_and_so_does_introspection(me: Person, tax: Portal) -> None:
    """RFC 9470 §6.2: acr and auth_time stand in the introspection response."""
    access = me.tokens(tax)["access_token"]
    told = me.post("/introspect", {"token": access}, headers=tax.basic).json or {}
    assert {name: told[name] for name in ("acr", "auth_time")} == {
        name: decode(access)[name] for name in ("acr", "auth_time")
    }


def test_7_discovery_names_the_levels(me: Person) -> None:
    """RFC 9470 §7: acr_values_supported, as OpenID Discovery has it."""
    assert HIGHER in (me.get("/.well-known/oauth-authorization-server").json or {})["acr_values_supported"]
