"""RFC 6750: how a bearer token is shown, and how it is refused."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clients import service as registry
from idp.persons import service as persons
from tests.actors import ISSUER, Person, Portal, citizen, portal, service
from tests.conftest import MovableClock
from tests.records import events, one_event


def challenge(answer: TestResponse) -> str:
    (told,) = answer.headers.getlist("WWW-Authenticate")
    return told


@pytest.fixture
def access(me: Person, tax: Portal) -> str:
    return str(me.tokens(tax)["access_token"])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_2_1_the_token_comes_in_the_header(me: Person, access: str, scheme: str) -> None:
    """RFC 6750 §2.1: the Authorization header with the Bearer scheme, in any case (RFC 9110 §11.1)."""
    assert me.get("/userinfo", headers={"Authorization": f"{scheme} {access}"}).status_code == 200


def test_2_2_or_in_a_form(me: Person, access: str) -> None:
    """RFC 6750 §2.2: a single-part, form-encoded body of a POST request."""
    assert me.post("/userinfo", {"access_token": access}).status_code == 200


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data", "", "application/x-www-form-urlencode"]
)
def test_2_2_another_body_is_not_looked_at(me: Person, access: str, kind: str) -> None:
    """RFC 6750 §2.2: the Content-Type is application/x-www-form-urlencoded, and nothing else serves."""
    body = f"access_token={access}"
    answer = me.http.post("/userinfo", data=body, content_type=kind, base_url=ISSUER)
    assert answer.status_code == 401


def test_2_2_a_get_request_has_no_form(me: Person, access: str) -> None:
    """RFC 6750 §2.2: the method is one whose body means something; never GET."""
    answer = me.http.get(
        "/userinfo",
        data=f"access_token={access}",
        content_type="application/x-www-form-urlencoded",
        base_url=ISSUER,
    )
    assert answer.status_code == 401


def test_2_3_a_token_in_the_address_is_refused(me: Person, access: str) -> None:
    """RFC 6750 §2.3, §5.3: bearer tokens should not be passed in page URLs; here they are refused."""
    with one_event("token.refuse"):
        answer = me.get(f"/userinfo?access_token={access}")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in challenge(answer)
    assert me.post(f"/userinfo?access_token={access}").status_code == 401


@pytest.mark.parametrize("ways", [("header", "form"), ("header", "address"), ("form", "address")])
def test_2_a_token_is_shown_in_one_way(me: Person, access: str, ways: tuple[str, ...]) -> None:
    """RFC 6750 §2, §3.1: more than one method in a request is invalid_request, 400."""
    answer = me.post(
        f"/userinfo?access_token={access}" if "address" in ways else "/userinfo",
        {"access_token": access} if "form" in ways else None,
        headers={"Authorization": f"Bearer {access}"} if "header" in ways else {},
    )
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")
    assert 'error="invalid_request"' in challenge(answer)


def test_3_the_challenge_comes_with_every_refusal(me: Person) -> None:
    """RFC 6750 §3: a request without credentials is told the scheme; §3.1: and no error."""
    answer = me.get("/userinfo")
    assert answer.status_code == 401
    bearer = answer.headers.getlist("WWW-Authenticate")[0]
    assert bearer.startswith('Bearer realm="userinfo"')
    assert "error" not in bearer


@pytest.mark.parametrize("header", ["Basic eDp5", "Digest x", "Bearer", "Bearer ", "DPoP", "", "bearer\tx"])
def test_3_1_what_is_no_token_at_all_is_no_error(me: Person, header: str) -> None:
    """RFC 6750 §3.1: when the request lacks any authentication information, no error code is told."""
    answer = me.get("/userinfo", headers={"Authorization": header})
    assert answer.status_code == 401
    assert all("error" not in one for one in answer.headers.getlist("WWW-Authenticate"))


@pytest.mark.parametrize("token", ["x", "a.b.c", "a b", "a,b", "=", '"x"', "x" * 20_000, "<script>", "a=b"])
def test_3_1_a_bad_token_is_an_invalid_token(me: Person, token: str) -> None:
    """RFC 6750 §3.1: expired, revoked, malformed, or invalid for other reasons: invalid_token, 401."""
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in challenge(answer)
    assert token not in challenge(answer) or token in ("x", "=", "a=b")


def test_3_1_a_token_without_the_scope_is_told_which_is_needed(me: Person, stores: None) -> None:
    """RFC 6750 §3.1: insufficient_scope, 403, and the scope that is necessary."""
    machine = service()
    token = (me.token(machine, {"grant_type": "client_credentials"}).json or {})["access_token"]
    with one_event("token.refuse"):
        answer = me.get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, (answer.json or {})["error"]) == (403, "insufficient_scope")
    assert 'scope="openid"' in challenge(answer)
    assert events("token.refuse")[-1].client == "machine"


def test_3_1_who_is_no_longer_in_service_is_an_invalid_token(app: Flask, stores: None) -> None:
    """RFC 6750 §3.1: a token of a client or a person out of service is refused like a revoked one."""
    person_id, me, tax = citizen(), Person(app), portal("tax")
    me.log_in(person_id)
    one, two = (str(me.tokens(tax)["access_token"]) for _ in range(2))
    registry.disable("tax", operator="test")
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {one}"})
    assert 'error="invalid_token"' in challenge(answer)
    registry.enable("tax", operator="test")
    persons.freeze(person_id, cause="court", operator="test")
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {two}"})
    assert 'error="invalid_token"' in challenge(answer)


def test_5_3_what_is_told_is_stored_by_nobody(me: Person, access: str) -> None:
    """RFC 6750 §5.3, OIDC Core §5.3.2: answers to a token are not cached."""
    for headers in ({"Authorization": f"Bearer {access}"}, {}):
        assert me.get("/userinfo", headers=headers).headers["Cache-Control"] == "no-store"


def test_3_1_an_expired_token_is_an_invalid_token(
    me: Person, access: str, tax: Portal, time_travel: MovableClock
) -> None:
    """RFC 6750 §3.1: expired: invalid_token, 401."""
    assert me.get("/userinfo", headers={"Authorization": f"Bearer {access}"}).status_code == 200
    time_travel.advance(tax.client.access_token_lifetime + 1)
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {access}"})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in challenge(answer)


def test_3_no_attribute_stands_in_a_challenge_twice(me: Person, stores: None) -> None:
    """RFC 6750 §3: realm, scope, error, error_description and error_uri stand once, in legal characters."""
    token = (me.token(service(), {"grant_type": "client_credentials"}).json or {})["access_token"]
    told = challenge(me.get("/userinfo", headers={"Authorization": f"Bearer {token}"}))
    names = re.findall(r'[ ,]([a-z_]+)="', told)
    assert {"realm", "scope", "error", "error_description"} <= set(names)
    assert len(names) == len(set(names))
    assert all(
        re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", value) for value in re.findall(r'"([^"]*)"', told)
    )
