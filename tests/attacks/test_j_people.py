"""Attack book, group J: persons who are stopped, and who come back as somebody else."""

from typing import Any

import pytest
from flask import Flask

from idp import keyring, persons, sessions
from idp.consent import queries as consents
from idp.divisions.division import HIGHEST
from idp.logout import people
from idp.persons import service as registry
from idp.store import db, redis
from idp.tokens import queries as tokens
from tests.actors import Person, Portal, citizen, decode, portal

NUMBER = "010101198504123013"


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, (answer.json or {}).get("error", "")


def refresh(person: Person, asking: Portal, token: str) -> tuple[int, str]:
    return error(person.token(asking, {"grant_type": "refresh_token", "refresh_token": token}))


def stop(person_id: str, how: str) -> None:
    if how == "freeze":
        people.freeze(person_id, cause="court", operator="test")
    elif how == "death":
        people.record_death(person_id, source="civil register", operator="test")
    else:
        people.close(person_id, cause="request", operator="test")


@pytest.mark.parametrize("how", ["freeze", "death", "closing"])
def test_j17_what_was_under_way_when_a_person_is_stopped_is_refused(
    app: Flask, stores: None, how: str
) -> None:
    me, person_id = Person(app), citizen()
    me.log_in(person_id)
    tax = portal("tax", scopes=("openid", "profile", "offline_access"))
    strange = portal("strange", scopes=("openid", "profile", "realname"))
    bound, offline = me.tokens(tax), me.tokens(tax, scope="openid offline_access")
    code, offline_code = me.code_for(tax), me.code_for(tax, scope="openid offline_access")
    question = me.get(me.get(me.authorize(strange).location).location).location
    assert "/consent/" in question
    stop(person_id, how)
    assert error(me.token(tax, tax.token_form(code))) == (400, "invalid_grant")
    assert error(me.token(tax, tax.token_form(offline_code))) == (400, "invalid_grant")
    assert refresh(me, tax, bound["refresh_token"]) == (400, "invalid_grant")
    assert refresh(me, tax, offline["refresh_token"]) == (400, "invalid_grant")
    assert "error=login_required" in me.authorize(tax, prompt="none").location
    assert me.authorize(tax).location.startswith("/login/")
    assert me.get(question).location.startswith("/authorize/continue/")
    assert me.get(me.get(question).location).location.startswith("/login/")
    assert me.get("/account/").location.startswith("/login/")
    for made in (bound, offline):
        headers = {"Authorization": f"Bearer {made['access_token']}"}
        assert me.get("/userinfo", headers=headers).status_code == 401
        form = {"token": made["access_token"]}
        assert me.post("/introspect", form, headers=tax.basic).json == {"active": False}
    assert db.fetch_all(tokens.offline_portals(person_id)) == []


def test_j17_what_was_ended_stays_ended_when_redis_forgets(app: Flask, stores: None) -> None:
    me, person_id = Person(app), citizen()
    me.log_in(person_id)
    tax = portal("tax", scopes=("openid", "offline_access"))
    made = me.tokens(tax, scope="openid offline_access")
    stop(person_id, "freeze")
    redis.call("FLUSHALL")
    people.unfreeze(person_id, cause="cleared", operator="test", rank=HIGHEST)
    assert refresh(me, tax, made["refresh_token"]) == (400, "invalid_grant")
    form = {"token": made["access_token"]}
    assert me.post("/introspect", form, headers=tax.basic).json == {"active": False}


def test_j16_nothing_of_a_closed_account_belongs_to_who_registers_again(app: Flask, stores: None) -> None:
    before, old_id = Person(app), citizen(NUMBER)
    before.log_in(old_id)
    tax = portal("tax", scopes=("openid", "profile", "offline_access"))
    old = before.tokens(tax, scope="openid offline_access")
    stop(old_id, "closing")
    new_id = citizen(NUMBER)
    assert new_id != old_id
    found = persons.find_by_identifier("111", NUMBER)
    assert found is not None
    assert found.id == new_id
    assert refresh(before, tax, old["refresh_token"]) == (400, "invalid_grant")
    assert consents.in_force(new_id, "tax") is None
    assert sessions.of_person(new_id) == []
    now = Person(app)
    now.log_in(new_id)
    assert "consent_required" in now.authorize(tax, prompt="none").location
    assert decode(now.tokens(tax)["id_token"])["sub"] != decode(old["id_token"])["sub"]
    assert keyring.pairwise(tax.client.sector, old_id) == decode(old["id_token"])["sub"]


def test_j16_the_number_of_the_dead_and_of_the_frozen_is_not_free(stores: None) -> None:
    from idp.base.errors import Rejected

    for number, how in ((NUMBER, "death"), ("01010119900307019X", "freeze")):
        stop(citizen(number), how)
        with pytest.raises(Rejected, match=r"person\.exists"):
            registry.register(full_name="张示", id_number=number)
