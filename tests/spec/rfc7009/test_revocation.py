"""RFC 7009: token revocation."""

from typing import Any

import pytest

from tests.actors import Person, Portal, portal
from tests.records import nothing_changed, one_event


def lives(person: Person, access: str) -> bool:
    return person.get("/userinfo", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def refreshes(person: Person, client: Portal, token: str) -> bool:
    return person.token(client, {"grant_type": "refresh_token", "refresh_token": token}).status_code == 200


def revoke(person: Person, client: Portal, token: str, **more: str) -> int:
    return person.post("/revoke", {"token": token, **more}, headers=client.basic).status_code


@pytest.fixture
def offline(stores: None) -> Portal:
    """A portal with offline access."""
    return portal("offline", scopes=("openid", "profile", "offline_access"))


@pytest.fixture(params=["session", "offline"])
def made(request: pytest.FixtureRequest, me: Person) -> tuple[Portal, dict[str, Any]]:
    """A portal and the tokens of its flow, bound to the session and not."""
    if request.param == "session":
        client = portal("tax")
        return client, me.tokens(client)
    client = portal("tax", scopes=("openid", "profile", "offline_access"))
    return client, me.tokens(client, scope="openid profile offline_access")


def test_section_2_1_a_refresh_token_takes_its_access_tokens_along(
    me: Person, made: tuple[Portal, dict[str, Any]]
) -> None:
    client, tokens = made
    with one_event("token.revoke") if "offline_access" not in tokens["scope"] else _anything():
        assert revoke(me, client, tokens["refresh_token"]) == 200
    assert not lives(me, tokens["access_token"])
    assert not refreshes(me, client, tokens["refresh_token"])


def test_section_2_1_an_access_token_takes_its_grant_along(
    me: Person, made: tuple[Portal, dict[str, Any]]
) -> None:
    client, tokens = made
    assert revoke(me, client, tokens["access_token"]) == 200
    assert not lives(me, tokens["access_token"])
    assert not refreshes(me, client, tokens["refresh_token"])


def test_section_2_1_a_rotated_refresh_token_still_revokes_its_family(me: Person, tax: Portal) -> None:
    first = me.tokens(tax)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = me.token(tax, form).json or {}
    assert revoke(me, tax, first["refresh_token"]) == 200
    assert not refreshes(me, tax, second["refresh_token"])


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "nonsense"])
def test_section_2_1_a_wrong_hint_changes_nothing(me: Person, tax: Portal, hint: str) -> None:
    access = me.tokens(tax)["access_token"]
    assert revoke(me, tax, access, token_type_hint=hint) == 200
    assert not lives(me, access)


@pytest.mark.parametrize("token", ["x", "é", "a.b.c", "x" * 5000])
def test_section_2_2_an_unknown_token_is_answered_like_a_known_one(
    me: Person, tax: Portal, token: str
) -> None:
    with nothing_changed():
        answer = me.post("/revoke", {"token": token}, headers=tax.basic)
    known = me.post("/revoke", {"token": me.tokens(tax)["access_token"]}, headers=tax.basic)
    assert (answer.status_code, answer.data) == (known.status_code, known.data) == (200, b"{}")


def test_section_2_2_revoking_twice_is_no_error(me: Person, tax: Portal) -> None:
    token = me.tokens(tax)["refresh_token"]
    assert [revoke(me, tax, token), revoke(me, tax, token)] == [200, 200]


def test_section_2_1_the_token_is_required(me: Person, tax: Portal) -> None:
    answer = me.post("/revoke", {"x": "y"}, headers=tax.basic)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


def test_section_2_1_a_confidential_client_must_authenticate(me: Person, tax: Portal) -> None:
    token = me.tokens(tax)["refresh_token"]
    assert me.post("/revoke", {"token": token, "client_id": "tax"}).status_code == 401
    assert refreshes(me, tax, token)


def test_section_5_a_public_client_names_itself(me: Person) -> None:
    app = portal(
        "app", token_endpoint_auth_method="none", application_type="native",
        redirect_uris=("http://127.0.0.1/cb",), grant_types=("authorization_code", "refresh_token"),
    )  # fmt: skip
    form = {**app.token_form(me.code_for(app)), "client_id": "app"}
    made = me.post("/token", form).json or {}
    assert me.post("/revoke", {"token": made["refresh_token"], "client_id": "app"}).status_code == 200
    assert not lives(me, made["access_token"])


def test_an_access_token_of_an_offline_grant_ends_with_all_grants_of_the_person(
    me: Person, offline: Portal
) -> None:
    from idp import sessions
    from idp.tokens.service import end_grants

    made = me.tokens(offline, scope="openid profile offline_access")
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    session = sessions.find(cookie.value if cookie else None)
    assert session is not None
    end_grants(session.person_id)
    assert not lives(me, made["access_token"])
    assert not refreshes(me, offline, made["refresh_token"])


def _anything() -> Any:
    from contextlib import nullcontext

    return nullcontext()
