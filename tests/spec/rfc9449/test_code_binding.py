"""RFC 9449 §10: a code that one key alone may redeem."""

import pytest
from werkzeug.test import TestResponse

from tests.actors import Person, Portal, decode, query
from tests.attacks.test_b_token import refusal
from tests.possession import Holder
from tests.signing import SigningPortal, signing_portal


@pytest.fixture
def bank(stores: None) -> SigningPortal:
    """A portal that pushes its requests."""
    return signing_portal()


def redeem(me: Person, client: Portal, code: str, holder: Holder | None) -> TestResponse:
    return me.token(client, client.token_form(code), **({"DPoP": holder.proof()} if holder else {}))


def test_10_the_named_key_redeems_the_code(me: Person, tax: Portal) -> None:
    """RFC 9449 §10: dpop_jkt binds the code to a key; the proof of that key redeems it."""
    holder = Holder()
    answer = redeem(me, tax, me.code_for(tax, dpop_jkt=holder.thumbprint), holder)
    assert answer.status_code == 200
    assert decode((answer.json or {})["access_token"])["cnf"] == {"jkt": holder.thumbprint}


@pytest.mark.parametrize("other", [Holder(), None])
def test_10_no_other_key_does(me: Person, tax: Portal, other: Holder | None) -> None:
    """RFC 9449 §10: the token request is refused when the key of its proof is another one."""
    code = me.code_for(tax, dpop_jkt=Holder().thumbprint)
    assert refusal(redeem(me, tax, code, other)) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize("thumbprint", ["x", "A" * 42, "A" * 44, "A" * 42 + "="])
def test_10_what_is_no_thumbprint_is_refused(me: Person, tax: Portal, thumbprint: str) -> None:
    """RFC 9449 §10: dpop_jkt is a JWK SHA-256 thumbprint."""
    assert query(me.authorize(tax, dpop_jkt=thumbprint).location)["error"] == "invalid_request"


def test_10_1_the_key_of_a_pushed_requests_proof_is_bound(me: Person, bank: SigningPortal) -> None:
    """RFC 9449 §10.1: a proof in the DPoP header of a pushed request does what dpop_jkt does."""
    pushed = bank.push(me, bank.request(), bank.proof("/par"))
    assert pushed.status_code == 201
    code = bank.response(me, (pushed.json or {})["request_uri"])["code"]
    form = bank.token_form(code) | bank.credentials()
    refused = me.post("/token", form, headers={"DPoP": Holder().proof()})
    assert refusal(refused) == (400, "invalid_dpop_proof")


def test_10_1_and_that_key_redeems_the_code(me: Person, bank: SigningPortal) -> None:
    """RFC 9449 §10.1: the key that pushed the request redeems its code."""
    pushed = bank.push(me, bank.request(), bank.proof("/par"))
    code = bank.response(me, (pushed.json or {})["request_uri"])["code"]
    form = bank.token_form(code) | bank.credentials()
    answer = me.post("/token", form, headers={"DPoP": bank.proof("/token")})
    assert answer.status_code == 200
    assert decode((answer.json or {})["access_token"])["cnf"] == {"jkt": bank.holder.thumbprint}


def test_10_1_both_at_once_name_the_same_key(me: Person, bank: SigningPortal) -> None:
    """RFC 9449 §10.1: a pushed request whose dpop_jkt is not the proof's key is refused."""
    same = bank.push(me, bank.request(dpop_jkt=bank.holder.thumbprint), bank.proof("/par"))
    assert same.status_code == 201
    other = bank.push(me, bank.request(dpop_jkt=Holder().thumbprint), bank.proof("/par"))
    assert refusal(other) == (400, "invalid_dpop_proof")


def test_10_1_a_pushed_proof_is_for_this_endpoint_and_good_once(me: Person, bank: SigningPortal) -> None:
    """RFC 9449 §10.1, §11.1: the proof is checked in every point."""
    assert refusal(bank.push(me, bank.request(), bank.proof("/token"))) == (400, "invalid_dpop_proof")
    proof = bank.proof("/par")
    assert bank.push(me, bank.request(), proof).status_code == 201
    assert refusal(bank.push(me, bank.request(), proof)) == (400, "invalid_dpop_proof")


def test_8_a_pushed_request_can_be_asked_for_a_nonce(me: Person, bank: SigningPortal) -> None:
    """RFC 9449 §10.1, §8: the challenge and its header come from this endpoint as well."""
    answer = bank.push(me, bank.request(), bank.proof("/par", nonce="old"))
    assert refusal(answer) == (400, "use_dpop_nonce")
    again = bank.push(me, bank.request(), bank.proof("/par", nonce=answer.headers["DPoP-Nonce"]))
    assert again.status_code == 201
