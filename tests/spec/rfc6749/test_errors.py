"""RFC 6749 §4.1.2.1, §5.2: errors go where they may, in the form they must have."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.actors import Person, Portal, query
from tests.signing import signing_portal

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"redirect_uri": None},
        {"redirect_uri": "https://tax.example.gov/other"},
    ],
)
def test_section_4_1_2_1_nothing_redirects_before_client_and_address_are_known(
    me: Person, tax: Portal, changes: dict[str, str | None]
) -> None:
    answer = me.authorize(tax, **changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid nonsense"}, "invalid_scope"),
        ({"prompt": "none", "scope": "openid age"}, "consent_required"),
    ],
)
def test_section_4_1_2_1_every_other_error_goes_to_the_client_with_its_state(
    me: Person, tax: Portal, changes: dict[str, str | None], error: str
) -> None:
    location = me.authorize(tax, **changes).location
    assert location.startswith(tax.redirect_uri + "?")
    told = query(location)
    assert (told["error"], told["state"]) == (error, "st-1")
    assert "code" not in told
    assert DESCRIPTION.fullmatch(told.get("error_description", ""))


def test_section_4_1_2_1_no_state_is_invented(me: Person, tax: Portal) -> None:
    assert "state" not in query(me.authorize(tax, state=None, response_type="x").location)


def error_of(answer: TestResponse) -> tuple[int, str]:
    body = answer.json or {}
    assert answer.content_type == "application/json"
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert set(body) <= {"error", "error_description", "error_uri"}
    assert DESCRIPTION.fullmatch(body.get("error_description", ""))
    return answer.status_code, str(body["error"])


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "x"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
    ],
)
def test_section_5_2_every_error_of_the_token_endpoint_has_its_code(
    me: Person, tax: Portal, form: dict[str, str], error: str
) -> None:
    assert error_of(me.token(tax, form or {"x": "y"})) == (400, error)


def test_section_5_2_a_failed_client_authentication_is_401_with_a_challenge(me: Person, tax: Portal) -> None:
    form = {"grant_type": "authorization_code", "code": "x"}
    for headers in ({"Authorization": "Basic dGF4Ong="}, {}):
        answer = me.post("/token", form, headers=headers)
        assert error_of(answer) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="oauth"'


@pytest.mark.parametrize("scheme", ["Bearer", "DPoP", "x-portal"])
def test_section_5_2_the_challenge_names_the_scheme_that_was_used_and_the_one_that_works(
    me: Person, tax: Portal, scheme: str
) -> None:
    """A client that used the Authorization header is challenged by the scheme it used (§5.2)."""
    for path in ("/token", "/par", "/introspect", "/revoke"):
        answer = me.post(
            path, {"x": "y", "grant_type": "authorization_code"}, headers={"Authorization": f"{scheme} abc"}
        )
        assert error_of(answer) == (401, "invalid_client")
        told = answer.headers.getlist("WWW-Authenticate")
        assert told == [f'{scheme} realm="oauth"', 'Basic realm="oauth"']


@pytest.mark.parametrize("header", ['B"earer abc', "x" * 40, "b\u00e4r abc", "basic abc", ", Bearer"])
def test_section_5_2_what_is_no_scheme_is_not_told_back(me: Person, tax: Portal, header: str) -> None:
    answer = me.post("/token", {"grant_type": "authorization_code"}, headers={"Authorization": header})
    assert error_of(answer) == (401, "invalid_client")
    assert answer.headers.getlist("WWW-Authenticate") == ['Basic realm="oauth"']


def test_section_5_2_a_refused_assertion_is_challenged_too(me: Person) -> None:
    """RFC 9110 §15.5.2: every 401 names at least one scheme."""
    bank = signing_portal("bank")
    form = {"grant_type": "authorization_code", "code": "x", **bank.credentials(aud="https://other.example")}
    answer = me.post("/token", form)
    assert error_of(answer) == (401, "invalid_client")
    assert answer.headers.getlist("WWW-Authenticate") == ['Basic realm="oauth"']


def test_section_3_1_a_parameter_without_a_value_is_omitted(me: Person, tax: Portal) -> None:
    me.tokens(tax)
    assert "code" in query(me.authorize(tax, login_hint="", prompt="", max_age="").location)
    assert query(me.authorize(tax, response_type="").location)["error"] == "invalid_request"


def test_section_3_2_parameters_of_the_address_are_not_the_bodys(me: Person, tax: Portal) -> None:
    answer = me.post("/token?grant_type=client_credentials", {"x": "y"}, headers=tax.basic)
    assert error_of(answer) == (400, "invalid_request")


def test_section_4_1_2_a_code_dies_with_its_replay_and_takes_an_offline_grant_along(me: Person) -> None:
    from tests.actors import portal

    offline = portal("offline", scopes=("openid", "offline_access"))
    code = me.code_for(offline, scope="openid offline_access")
    made = me.token(offline, offline.token_form(code)).json or {}
    assert error_of(me.token(offline, offline.token_form(code))) == (400, "invalid_grant")
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    assert error_of(me.token(offline, refresh)) == (400, "invalid_grant")
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {made['access_token']}"})
    assert answer.status_code == 401
