"""RFC 9449 §7: what a protected resource demands of whoever shows a bound token."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.actors import Person, Portal
from tests.possession import Holder
from tests.records import events, one_event


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def bound(me: Person, tax: Portal, holder: Holder) -> str:
    """A token bound to the holder's key."""
    answer = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=holder.proof())
    return str((answer.json or {})["access_token"])


def challenge(answer: TestResponse) -> str:
    """The one challenge of a refusal."""
    (told,) = answer.headers.getlist("WWW-Authenticate")
    return told


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_7_1_the_scheme_is_dpop_in_any_case(
    me: Person, holder: Holder, bound: str, scheme: str, method: str
) -> None:
    """RFC 9449 §7.1: the token is sent with the DPoP scheme, a proof beside it."""
    headers = holder.show(bound, method=method) | {"Authorization": f"{scheme} {bound}"}
    answer = me.http.open("/userinfo", method=method, headers=headers, base_url="http://127.0.0.1:8080")
    assert answer.status_code == 200


def test_7_1_the_proof_names_this_token(me: Person, tax: Portal, holder: Holder, bound: str) -> None:
    """RFC 9449 §4.3 (12): ath is the hash of the access token beside the proof."""
    other = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=holder.proof()).json or {}
    for ath in (None, "", "A" * 43, 7, [1]):
        wrong = holder.show(bound, ath=ath)
        assert me.get("/userinfo", headers=wrong).status_code == 401
    headers = holder.show(bound, without=["ath"])
    assert me.get("/userinfo", headers=headers).status_code == 401
    headers = holder.show(other["access_token"]) | {"Authorization": f"DPoP {bound}"}
    answer = me.get("/userinfo", headers=headers)
    assert answer.status_code == 401
    assert 'error="invalid_dpop_proof"' in challenge(answer)


def test_7_1_the_proof_is_of_the_key_the_token_is_bound_to(me: Person, bound: str) -> None:
    """RFC 9449 §4.3 (12): the public key to which the token is bound matches that of the proof."""
    with one_event("token.refuse"):
        answer = me.get("/userinfo", headers=Holder().show(bound))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in challenge(answer)
    assert (events("token.refuse")[-1].reason, events("token.refuse")[-1].client) == ("dpop.key", "tax")


def test_7_1_without_a_proof_the_token_is_worth_nothing(me: Person, bound: str) -> None:
    """RFC 9449 §7.1: the resource server checks that a proof was received."""
    answer = me.get("/userinfo", headers={"Authorization": f"DPoP {bound}"})
    assert answer.status_code == 401
    assert challenge(answer).startswith("DPoP ")


def test_7_1_the_challenge_names_the_algorithms(me: Person, bound: str) -> None:
    """RFC 9449 §7.1: algs lists, separated by spaces, what is acceptable."""
    answer = me.get("/userinfo", headers={"Authorization": f"DPoP {bound}"})
    assert 'algs="ES256 PS256 EdDSA Ed25519"' in challenge(answer)


def test_7_2_a_bound_token_is_not_taken_as_a_bearer_token(me: Person, holder: Holder, bound: str) -> None:
    """RFC 9449 §7.2: a DPoP-bound token in the Bearer scheme, or in a form, is refused."""
    proof = {"DPoP": holder.proof("/userinfo", "GET", token=bound)}
    for extra in ({}, proof):
        answer = me.get("/userinfo", headers={"Authorization": f"Bearer {bound}", **extra})
        assert answer.status_code == 401
        assert challenge(answer).startswith("DPoP ")
        assert 'error="invalid_token"' in challenge(answer)
    proof = {"DPoP": holder.proof("/userinfo", "POST", token=bound)}
    assert me.post("/userinfo", {"access_token": bound}, headers=proof).status_code == 401


def test_7_2_a_bearer_token_is_not_taken_as_a_bound_one(me: Person, tax: Portal, holder: Holder) -> None:
    """RFC 9449 §7.2: a token that no key is bound to gains nothing by the DPoP scheme."""
    plain = str(me.tokens(tax)["access_token"])
    answer = me.get("/userinfo", headers=holder.show(plain))
    assert answer.status_code == 401
    assert challenge(answer).startswith("Bearer ")
    assert me.get("/userinfo", headers={"Authorization": f"Bearer {plain}"}).status_code == 200


def test_7_3_a_client_is_told_of_both_schemes(me: Person) -> None:
    """RFC 9449 §7.3: the resource supports Bearer and DPoP, and says so."""
    answer = me.get("/userinfo")
    assert answer.status_code == 401
    assert [one.split(" ")[0] for one in answer.headers.getlist("WWW-Authenticate")] == ["Bearer", "DPoP"]


@pytest.mark.parametrize("change", [{"htu": "http://127.0.0.1:8080/token"}, {"htm": "POST"}, {"jti": ""}])
def test_7_1_the_proof_is_for_this_very_request(
    me: Person, holder: Holder, bound: str, change: dict[str, Any]
) -> None:
    """RFC 9449 §4.3: address, method and identifier are checked here as at the token endpoint."""
    answer = me.get("/userinfo", headers=holder.show(bound, **change))
    assert answer.status_code == 401
    assert 'error="invalid_dpop_proof"' in challenge(answer)


def test_7_1_the_query_of_the_address_is_no_part_of_it(me: Person, holder: Holder, bound: str) -> None:
    """RFC 9449 §4.2: htu is the address without query and fragment."""
    assert me.get("/userinfo?lang=zh", headers=holder.show(bound)).status_code == 200


def test_11_1_a_proof_is_good_once_here_too(me: Person, holder: Holder, bound: str) -> None:
    """RFC 9449 §11.1: of the same request sent twice the second is refused."""
    headers = holder.show(bound)
    assert me.get("/userinfo", headers=headers).status_code == 200
    answer = me.get("/userinfo", headers=headers)
    assert answer.status_code == 401
    assert 'error="invalid_dpop_proof"' in challenge(answer)


def test_11_7_a_proof_of_the_token_endpoint_is_not_good_here(me: Person, holder: Holder, bound: str) -> None:
    """RFC 9449 §11.7: what a proof covers is method, address and token; each request needs its own."""
    headers = {"Authorization": f"DPoP {bound}", "DPoP": holder.proof("/token", "POST", token=bound)}
    assert me.get("/userinfo", headers=headers).status_code == 401


def test_a_revoked_token_gains_nothing_by_a_proof(
    me: Person, tax: Portal, holder: Holder, bound: str
) -> None:
    """RFC 9449 §7.1: the proof does not replace the other checks of a token."""
    me.post("/revoke", {"token": bound}, headers=tax.basic)
    assert me.get("/userinfo", headers=holder.show(bound)).status_code == 401
