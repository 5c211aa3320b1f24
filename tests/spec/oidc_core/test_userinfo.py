"""OpenID Connect Core 1.0 §5.3 and RFC 6750: UserInfo."""

import pytest
from flask import Flask

from tests.actors import Person, Portal, citizen, decode, portal


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_section_5_3_1_get_and_post_with_the_header_are_served(me: Person, tax: Portal, method: str) -> None:
    access = me.tokens(tax)["access_token"]
    answer = me.http.open(
        "/userinfo", method=method, headers=bearer(access), base_url="http://127.0.0.1:8080"
    )
    assert (answer.status_code, answer.content_type) == (200, "application/json")


def test_section_5_3_2_the_subject_is_that_of_the_id_token(me: Person, tax: Portal) -> None:
    made = me.tokens(tax)
    told = me.get("/userinfo", headers=bearer(made["access_token"])).json or {}
    assert told["sub"] == decode(made["id_token"])["sub"]


def test_section_5_3_2_no_claim_is_null_or_empty(app: Flask, stores: None) -> None:
    me = Person(app)
    me.log_in(citizen(), methods=("pwd", "otp"))
    every = portal(
        "every",
        scopes=("openid", "profile", "realname", "age", "region", "phone", "profile.full", "idcard.masked"),
    )
    made = me.tokens(every, scope=" ".join(every.client.scopes))
    told = me.get("/userinfo", headers=bearer(made["access_token"])).json or {}
    assert [name for name, value in told.items() if value in (None, "", "null")] == []


def test_section_5_4_only_claims_of_granted_scopes_are_told(me: Person, tax: Portal) -> None:
    made = me.tokens(tax, scope="openid")
    assert set(me.get("/userinfo", headers=bearer(made["access_token"])).json or {}) == {"sub"}


def test_rfc6750_3_a_request_without_a_token_is_told_the_scheme_and_no_error(me: Person) -> None:
    answer = me.get("/userinfo")
    assert answer.status_code == 401
    assert [one.split(" ")[0] for one in answer.headers.getlist("WWW-Authenticate")] == ["Bearer", "DPoP"]
    assert all("error" not in one for one in answer.headers.getlist("WWW-Authenticate"))


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x" * 7000, "..", "eyJhbGciOiJub25lIn0.e30."])
def test_rfc6750_3_1_a_bad_token_is_an_invalid_token(me: Person, token: str) -> None:
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_rfc6750_2_2_a_token_in_a_form_is_taken(me: Person, tax: Portal) -> None:
    access = me.tokens(tax)["access_token"]
    assert me.post("/userinfo", {"access_token": access}).status_code == 200
