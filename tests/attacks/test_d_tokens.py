"""Attack book, group D: refresh, revocation, introspection, UserInfo."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from idp import logout, sessions, tokens
from idp.base.errors import Unavailable
from idp.persons import service as persons
from idp.store import redis
from idp.tokens import service as token_service
from tests.actors import ISSUER, Person, Portal, citizen, decode, portal, service
from tests.attacks.test_b_token import lives, refusal
from tests.conftest import MovableClock
from tests.records import events, one_event


def refresh(me: Person, portal: Portal, token: str, **form: str) -> Any:
    return me.token(portal, {"grant_type": "refresh_token", "refresh_token": token, **form})


def introspect(me: Person, portal: Portal, token: str) -> dict[str, Any]:
    return me.post("/introspect", {"token": token}, headers=portal.basic).json or {}


@pytest.fixture
def offline(stores: None) -> Portal:
    return portal("offline", scopes=("openid", "profile", "offline_access"))


def test_d01_a_used_refresh_token_kills_its_family(me: Person, tax: Portal) -> None:
    first = me.tokens(tax)
    second = refresh(me, tax, first["refresh_token"]).json
    with one_event("refresh.reuse"):
        assert refusal(refresh(me, tax, first["refresh_token"])) == (400, "invalid_grant")
    assert refusal(refresh(me, tax, second["refresh_token"])) == (400, "invalid_grant")
    assert not lives(me, second["access_token"])


def test_d01_the_same_for_an_offline_family(me: Person, offline: Portal) -> None:
    first = me.tokens(offline, scope="openid offline_access")
    second = refresh(me, offline, first["refresh_token"]).json
    assert lives(me, second["access_token"])
    with one_event("refresh.reuse"):
        assert refusal(refresh(me, offline, first["refresh_token"])) == (400, "invalid_grant")
    assert refusal(refresh(me, offline, second["refresh_token"])) == (400, "invalid_grant")
    assert not lives(me, second["access_token"])


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_d02_of_32_parallel_refreshes_at_most_one_succeeds(
    app: Flask, me: Person, offline: Portal, scope: str
) -> None:
    token = me.tokens(offline, scope=scope)["refresh_token"]
    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(lambda _: refresh(Person(app), offline, token).status_code, range(32)))
    assert statuses == [200] + [400] * 31


def test_d04_a_rotated_token_is_dead_after_a_flush_too(me: Person, tax: Portal, offline: Portal) -> None:
    bound, lasting = me.tokens(tax), me.tokens(offline, scope="openid offline_access")
    refresh(me, offline, lasting["refresh_token"])
    redis.call("FLUSHALL")
    assert refusal(refresh(me, tax, bound["refresh_token"])) == (400, "invalid_grant")
    assert refusal(refresh(me, offline, lasting["refresh_token"])) == (400, "invalid_grant")


def test_d05_a_refresh_token_of_another_client_is_refused_and_unharmed(
    me: Person, tax: Portal, health: Portal
) -> None:
    token = me.tokens(tax)["refresh_token"]
    assert refusal(refresh(me, health, token)) == (400, "invalid_grant")
    assert refresh(me, tax, token).status_code == 200


def test_d06_a_confidential_client_must_authenticate(me: Person, tax: Portal) -> None:
    token = me.tokens(tax)["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "tax"}
    assert refusal(me.post("/token", form)) == (401, "invalid_client")
    assert refresh(me, tax, token).status_code == 200


def test_d07_scope_never_grows(me: Person, tax: Portal) -> None:
    token = me.tokens(tax, scope="openid profile")["refresh_token"]
    for scope in ("openid profile realname", "openid profile admin", "openid  profile"):
        assert refusal(refresh(me, tax, token, scope=scope)) == (400, "invalid_scope")
    narrow = refresh(me, tax, token, scope="profile openid openid").json
    assert set(narrow["scope"].split()) == {"openid", "profile"}
    fewer = refresh(me, tax, narrow["refresh_token"], scope="openid").json
    assert fewer["scope"] == "openid"
    assert refresh(me, tax, fewer["refresh_token"]).json["scope"] == "openid profile"


def test_d08_offline_access_can_be_taken_away(me: Person, offline: Portal) -> None:
    token = me.tokens(offline, scope="openid offline_access")["refresh_token"]
    portal("offline", scopes=("openid", "profile"))
    assert refusal(refresh(me, offline, token)) == (400, "invalid_grant")


def test_d11_logout_ends_tokens_bound_to_the_session(app: Flask, tax: Portal, offline: Portal) -> None:
    me = Person(app)
    session = me.log_in(citizen())
    bound, lasting = me.tokens(tax), me.tokens(offline, scope="openid offline_access")
    with one_event("session.end"):
        logout.end(session, reason="logout")
    assert refusal(refresh(me, tax, bound["refresh_token"])) == (400, "invalid_grant")
    assert not lives(me, bound["access_token"])
    assert introspect(me, tax, bound["access_token"]) == {"active": False}
    assert refresh(me, offline, lasting["refresh_token"]).status_code == 200


def test_d12_a_family_ends_at_its_absolute_limit(me: Person, tax: Portal, time_travel: MovableClock) -> None:
    token = me.tokens(tax)["refresh_token"]
    for _ in range(3):
        token = refresh(me, tax, token).json["refresh_token"]
    time_travel.advance(28_801)
    assert refusal(refresh(me, tax, token)) == (400, "invalid_grant")


def test_d13_kinds_of_tokens_are_not_confused(me: Person, tax: Portal) -> None:
    from idp.logout.backchannel import logout_token

    made = me.tokens(tax)
    for token in (
        made["refresh_token"],
        made["id_token"],
        logout_token(tax.client, citizen("010102195109231025", "李示兰"), "A" * 22),
    ):
        assert not lives(me, token)
        assert introspect(me, tax, token) == {"active": False}
    for token in (made["access_token"], made["id_token"]):
        assert refusal(refresh(me, tax, token)) == (400, "invalid_grant")


def test_d14_a_revoked_refresh_token_takes_its_access_token_along(me: Person, tax: Portal) -> None:
    made = me.tokens(tax)
    with one_event("token.revoke"):
        answer = me.post("/revoke", {"token": made["refresh_token"]}, headers=tax.basic)
    assert answer.status_code == 200
    assert not lives(me, made["access_token"])
    assert introspect(me, tax, made["access_token"]) == {"active": False}


def test_d14_revoking_an_access_token_ends_its_grant(me: Person, offline: Portal) -> None:
    made = me.tokens(offline, scope="openid offline_access")
    me.post("/revoke", {"token": made["access_token"]}, headers=offline.basic)
    assert not lives(me, made["access_token"])
    assert refusal(refresh(me, offline, made["refresh_token"])) == (400, "invalid_grant")


def test_d15_nobody_revokes_anothers_token(me: Person, tax: Portal, health: Portal) -> None:
    made = me.tokens(tax)
    for token in (made["refresh_token"], made["access_token"], "garbage"):
        answer = me.post("/revoke", {"token": token}, headers=health.basic)
        assert (answer.status_code, answer.json) == (200, {})
    assert lives(me, made["access_token"])


def test_d17_a_revocation_that_cannot_be_kept_is_not_confirmed(
    me: Person, offline: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = me.tokens(offline, scope="openid offline_access")["refresh_token"]

    def down(*args: object, **kwargs: object) -> None:
        raise Unavailable("database")

    monkeypatch.setattr(token_service, "_revoke", down)
    answer = me.post("/revoke", {"token": token}, headers=offline.basic)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_d18_another_client_learns_nothing_by_introspection(me: Person, tax: Portal, health: Portal) -> None:
    made = me.tokens(tax)
    with one_event("introspect.refuse"):
        assert introspect(me, health, made["access_token"]) == {"active": False}
    assert introspect(me, tax, made["access_token"])["active"] is True


def test_d19_introspection_needs_authentication_and_tells_nobodys_data(me: Person, tax: Portal) -> None:
    made = me.tokens(tax, scope="openid profile realname")
    assert me.post("/introspect", {"token": made["access_token"]}).status_code == 401
    answer = introspect(me, tax, made["access_token"])
    assert "张示" not in str(answer)
    assert set(answer) <= {
        "active",
        "token_type",
        "iss",
        "sub",
        "aud",
        "client_id",
        "scope",
        "exp",
        "iat",
        "jti",
        "acr",
        "auth_time",
    }


def test_d21_a_token_in_the_url_is_not_looked_at(me: Person, tax: Portal) -> None:
    access = me.tokens(tax)["access_token"]
    answer = me.get(f"/userinfo?access_token={access}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_d22_a_token_for_another_service_is_refused(me: Person, stores: None) -> None:
    machine = service(audience="https://exchange.example.gov")
    token = (me.token(machine, {"grant_type": "client_credentials"}).json or {})["access_token"]
    assert decode(token)["aud"] == "https://exchange.example.gov"
    assert not lives(me, token)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_d26_the_scheme_is_compared_without_case(me: Person, tax: Portal, scheme: str) -> None:
    access = me.tokens(tax)["access_token"]
    assert me.get("/userinfo", headers={"Authorization": f"{scheme} {access}"}).status_code == 200


def test_d26_other_ways_of_showing_a_token_are_refused(me: Person, tax: Portal) -> None:
    access = me.tokens(tax)["access_token"]
    for header in (f"DPoP {access}", f"Bearer {access}, Bearer {access}", f"Bearer {access} x", "Bearer", ""):
        assert me.get("/userinfo", headers={"Authorization": header}).status_code == 401
    assert me.get("/userinfo", headers={"Cookie": f"access_token={access}"}).status_code == 401
    posted = me.post("/userinfo", {"access_token": access})
    assert posted.status_code == 200
    both = me.post("/userinfo", {"access_token": access}, headers={"Authorization": f"Bearer {access}"})
    assert (both.status_code, (both.json or {})["error"]) == (400, "invalid_request")


def test_d28_no_token_tells_who_somebody_is(me: Person, tax: Portal) -> None:
    made = me.tokens(tax, scope="openid profile realname age")
    for token in (made["id_token"], made["access_token"]):
        text = str(decode(token))
        assert "010101" not in text
        assert "张" not in text


def test_d29_of_two_tokens_one_grant_revoked_the_other_lives(me: Person, tax: Portal) -> None:
    one, two = me.tokens(tax), me.tokens(tax)
    me.post("/revoke", {"token": one["refresh_token"]}, headers=tax.basic)
    assert introspect(me, tax, one["access_token"]) == {"active": False}
    assert introspect(me, tax, two["access_token"])["active"] is True


def test_a_revoked_token_of_a_service_stays_dead_after_a_flush(me: Person, stores: None) -> None:
    machine = service()
    token = (me.token(machine, {"grant_type": "client_credentials"}).json or {})["access_token"]
    assert introspect(me, machine, token)["active"] is True
    me.post("/revoke", {"token": token}, headers=machine.basic)
    assert introspect(me, machine, token) == {"active": False}
    redis.call("FLUSHALL")
    assert introspect(me, machine, token) == {"active": False}


def test_a_withdrawn_consent_ends_what_it_gave_and_not_what_comes_after(me: Person, tax: Portal) -> None:
    person = sessions.find(me.http.get_cookie("sid", domain="127.0.0.1").value)  # type: ignore[union-attr]
    assert person is not None
    made = me.tokens(tax)
    token_service.end_grants(person.person_id, "tax")
    assert not lives(me, made["access_token"])
    assert refusal(refresh(me, tax, made["refresh_token"])) == (400, "invalid_grant")
    assert lives(me, me.tokens(tax)["access_token"])


def test_a_frozen_person_gets_no_claims(app: Flask, tax: Portal) -> None:
    me, person = Person(app), citizen()
    me.log_in(person)
    made = me.tokens(tax)
    persons.freeze(person, cause="court", operator="test")
    assert not lives(me, made["access_token"])


def test_userinfo_answers_the_subject_of_the_id_token(me: Person, tax: Portal) -> None:
    made = me.tokens(tax, scope="openid profile realname age")
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {made['access_token']}"}).json or {}
    assert answer["sub"] == decode(made["id_token"])["sub"]
    assert answer["name"] == "张示"
    assert answer["name_masked"] == "张*"
    assert answer["age_over_18"] is True
    assert events("userinfo.read")[-1].client == "tax"
    assert tokens.read_access_token(made["access_token"]).audience == (ISSUER,)
