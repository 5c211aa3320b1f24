"""RFC 9449 §8, §9: nonces of the server, which carry their own time."""

from typing import Any

import pytest
from flask import Flask

from idp import settings
from idp.base import clock
from idp.oidc.dpop import nonce
from idp.store import redis
from tests.actors import Person, Portal, service
from tests.attacks.test_b_token import refusal
from tests.conftest import MovableClock
from tests.possession import Holder
from tests.records import nothing_changed

NONCE = "DPoP-Nonce"


@pytest.fixture
def demanding(stores: None) -> Any:
    """A server that demands a nonce in every proof."""
    before = settings.current()
    yield settings.use(before.model_copy(update={"dpop_demands_nonce": True}))
    settings.use(before)


def test_8_a_nonce_is_demanded_by_error_and_header_and_the_code_is_kept(
    me: Person, tax: Portal, demanding: None
) -> None:
    """RFC 9449 §8: use_dpop_nonce, 400, with a DPoP-Nonce header; the request is then good with it."""
    form, holder = tax.token_form(me.code_for(tax)), Holder()
    answer = me.token(tax, form, DPoP=holder.proof())
    assert refusal(answer) == (400, "use_dpop_nonce")
    again = me.token(tax, form, DPoP=holder.proof(nonce=answer.headers[NONCE]))
    assert again.status_code == 200


def test_8_a_nonce_is_no_statement_of_a_token_request(me: Person, tax: Portal, demanding: None) -> None:
    """RFC 9449 §8: the nonce consists of NQCHAR and is nothing a client has to understand."""
    told = me.token(tax, {"grant_type": "refresh_token", "refresh_token": "x"}, DPoP=Holder().proof())
    assert all(one.isascii() and (one.isalnum() or one in "-_") for one in told.headers[NONCE])
    assert told.headers[NONCE] != nonce.fresh()


@pytest.mark.parametrize("value", ["", "x", "A" * 72, None, 7, ["x"], {"a": 1}])
def test_8_another_nonce_is_answered_by_a_good_one(me: Person, tax: Portal, value: Any) -> None:
    """RFC 9449 §8.2, §4.3 (10): a nonce that is not ours is refused, and a fresh one supplied."""
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = me.token(tax, form, DPoP=Holder().proof(nonce=value))
    assert refusal(answer) == (400, "use_dpop_nonce")
    again = me.token(tax, form, DPoP=Holder().proof(nonce=answer.headers[NONCE]))
    assert refusal(again) == (400, "invalid_grant")


def test_8_nothing_is_kept_for_a_nonce_and_several_are_good_at_once(
    me: Person, tax: Portal, demanding: None
) -> None:
    """RFC 9449 §8: nonces are stateless; requests in parallel do not use up each other's."""
    form, holder = {"grant_type": "refresh_token", "refresh_token": "x"}, Holder()
    with nothing_changed():
        nonces = [me.token(tax, form, DPoP=holder.proof()).headers[NONCE] for _ in range(3)]
    assert len(set(nonces)) == 3
    for one in (*nonces, *nonces):
        assert refusal(me.token(tax, form, DPoP=holder.proof(nonce=one))) == (400, "invalid_grant")


def test_8_a_nonce_grows_old(me: Person, tax: Portal, time_travel: MovableClock) -> None:
    """RFC 9449 §8: the server limits for how long a proof can be made before it is used."""
    form, one = {"grant_type": "refresh_token", "refresh_token": "x"}, nonce.fresh()
    time_travel.advance(nonce.LIFETIME - 2)
    assert refusal(me.token(tax, form, DPoP=Holder().proof(nonce=one))) == (400, "invalid_grant")
    time_travel.advance(4)
    assert refusal(me.token(tax, form, DPoP=Holder().proof(nonce=one))) == (400, "use_dpop_nonce")


def test_8_2_the_next_nonce_comes_with_a_good_answer(
    me: Person, tax: Portal, time_travel: MovableClock
) -> None:
    """RFC 9449 §8.2: a fresh nonce may come with a 200 answer; it does when the one shown wears out."""
    holder, one = Holder(), nonce.fresh()
    young = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=holder.proof(nonce=one))
    assert (young.status_code, NONCE in young.headers) == (200, False)
    time_travel.advance(nonce.LIFETIME // 2 + 1)
    worn = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=holder.proof(nonce=one))
    assert (worn.status_code, NONCE in worn.headers) == (200, True)
    assert nonce.made_at(worn.headers[NONCE]) == clock.now()


@pytest.mark.parametrize("offset", [-3600, 3600, -120, 90])
def test_11_1_a_client_whose_clock_is_off_takes_its_time_from_us(
    me: Person, tax: Portal, offset: int
) -> None:
    """RFC 9449 §11.1: with a nonce, the client's clock matters no more."""
    form, holder, told = tax.token_form(me.code_for(tax)), Holder(), clock.now() + offset
    answer = me.token(tax, form, DPoP=holder.proof(iat=told))
    assert refusal(answer) == (400, "use_dpop_nonce")
    again = me.token(tax, form, DPoP=holder.proof(iat=told, nonce=answer.headers[NONCE]))
    assert again.status_code == 200


def test_11_1_a_proof_with_a_nonce_is_good_once_too(
    me: Person, tax: Portal, time_travel: MovableClock
) -> None:
    """RFC 9449 §11.1: its jti is remembered for as long as its nonce is good."""
    holder = Holder()
    proof = holder.proof(nonce=nonce.fresh())
    forms = [tax.token_form(me.code_for(tax)) for _ in range(2)]
    assert me.token(tax, forms[0], DPoP=proof).status_code == 200
    (mark,) = [key for key in redis.call("KEYS", "once:{dpop}:*") if not key.endswith(b"epoch")]
    assert nonce.LIFETIME - 2 <= redis.call("TTL", mark) <= nonce.LIFETIME + 1
    assert refusal(me.token(tax, forms[1], DPoP=proof)) == (400, "invalid_dpop_proof")


def test_11_1_after_the_marks_were_lost_an_older_proof_needs_a_nonce(
    me: Person, stores: None, time_travel: MovableClock
) -> None:
    """RFC 9449 §11.1: when Redis was flushed nobody knows which proofs were used; none is believed."""
    machine, holder = service(), Holder()
    used, form = holder.proof(), {"grant_type": "client_credentials"}
    assert me.token(machine, form, DPoP=used).status_code == 200
    time_travel.advance(5)
    redis.call("FLUSHALL")
    for _ in range(2):
        answer = me.token(machine, form, DPoP=used)
        assert refusal(answer) == (400, "use_dpop_nonce")
    again = me.token(machine, form, DPoP=holder.proof(nonce=answer.headers[NONCE]))
    assert again.status_code == 200


def test_9_a_protected_resource_demands_one_too(app: Flask, me: Person, tax: Portal, demanding: None) -> None:
    """RFC 9449 §9: 401 with error use_dpop_nonce in the DPoP challenge, and a DPoP-Nonce header."""
    holder = Holder()
    form = tax.token_form(me.code_for(tax))
    body = me.token(tax, form, DPoP=holder.proof(nonce=nonce.fresh())).json or {}
    answer = me.get("/userinfo", headers=holder.show(body["access_token"]))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
    assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]
    given = answer.headers[NONCE]
    assert me.get("/userinfo", headers=holder.show(body["access_token"], nonce=given)).status_code == 200
