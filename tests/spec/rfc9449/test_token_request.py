"""RFC 9449 §5, §6: tokens bound to the key of a proof."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.actors import Person, Portal, decode, portal, service
from tests.attacks.test_b_token import refusal
from tests.possession import Holder
from tests.records import events, one_event


@pytest.fixture
def app_on_a_phone(stores: None) -> Portal:
    """A public client."""
    return portal(
        "phone",
        token_endpoint_auth_method="none",
        application_type="native",
        redirect_uris=("http://127.0.0.1/cb",),
    )


@pytest.fixture
def strict(stores: None) -> Portal:
    """A client registered for bound tokens alone."""
    return portal("strict", dpop_bound_access_tokens=True)


def redeem(me: Person, client: Portal, holder: Holder | None, **changes: str | None) -> TestResponse:
    proof = {"DPoP": holder.proof()} if holder else {}
    form = client.token_form(me.code_for(client), **changes)
    if client.client.public:
        return me.post("/token", form | {"client_id": client.client.client_id}, headers=proof)
    return me.token(client, form, **proof)


def refresh(me: Person, client: Portal, token: str, holder: Holder | None, **headers: str) -> TestResponse:
    proof = {"DPoP": holder.proof()} if holder else {}
    form = {"grant_type": "refresh_token", "refresh_token": token}
    if client.client.public:
        return me.post("/token", form | {"client_id": client.client.client_id}, headers=proof | headers)
    return me.token(client, form, **proof, **headers)


def made(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.data
    return dict(answer.json or {})


def test_5_the_token_type_is_dpop(me: Person, tax: Portal) -> None:
    """RFC 9449 §5: a token_type of DPoP tells that the access token was bound to the key."""
    holder = Holder()
    body = made(redeem(me, tax, holder))
    assert body["token_type"] == "DPoP"
    assert decode(body["access_token"])["cnf"] == {"jkt": holder.thumbprint}


def test_5_without_a_proof_nothing_changes(me: Person, tax: Portal) -> None:
    """RFC 9449 §5: a client that is not bound to DPoP gets an ordinary token without a proof."""
    body = made(redeem(me, tax, None))
    assert body["token_type"] == "Bearer"
    assert "cnf" not in decode(body["access_token"])


def test_5_a_system_of_its_own_account_gets_a_bound_token_too(me: Person, stores: None) -> None:
    """RFC 9449 §5: DPoP is for every grant type."""
    holder, machine = Holder(), service()
    body = made(me.token(machine, {"grant_type": "client_credentials"}, DPoP=holder.proof()))
    assert body["token_type"] == "DPoP"
    assert decode(body["access_token"])["cnf"] == {"jkt": holder.thumbprint}


@pytest.mark.parametrize("change", [{"htm": "GET"}, {"iat": "x"}, {"htu": "https://other.example/token"}])
def test_5_a_bad_proof_is_answered_by_its_own_error_and_spends_nothing(
    me: Person, tax: Portal, change: dict[str, Any]
) -> None:
    """RFC 9449 §5: an invalid proof is refused with invalid_dpop_proof, 400."""
    form, holder = tax.token_form(me.code_for(tax)), Holder()
    with one_event("token.refuse"):
        answer = me.token(tax, form, DPoP=holder.proof(**change))
    assert refusal(answer) == (400, "invalid_dpop_proof")
    assert events("token.refuse")[-1].client == "tax"
    assert made(me.token(tax, form, DPoP=holder.proof()))["token_type"] == "DPoP"


def test_5_the_refresh_token_of_a_public_client_is_bound_to_the_key(
    me: Person, app_on_a_phone: Portal
) -> None:
    """RFC 9449 §5: a public client's refresh token is bound to the key of the proof it was issued with."""
    holder = Holder()
    first = made(redeem(me, app_on_a_phone, holder))
    for other in (Holder(), None):
        answer = refresh(me, app_on_a_phone, first["refresh_token"], other)
        assert refusal(answer) == (400, "invalid_grant")
    second = made(refresh(me, app_on_a_phone, first["refresh_token"], holder))
    assert decode(second["access_token"])["cnf"] == {"jkt": holder.thumbprint}
    assert made(refresh(me, app_on_a_phone, second["refresh_token"], holder))["token_type"] == "DPoP"


def test_5_a_confidential_client_may_change_its_key(me: Person, tax: Portal) -> None:
    """RFC 9449 §5: refresh tokens of confidential clients are bound to the client, not to the key."""
    first = made(redeem(me, tax, Holder()))
    other = Holder()
    second = made(refresh(me, tax, first["refresh_token"], other))
    assert decode(second["access_token"])["cnf"] == {"jkt": other.thumbprint}


def test_5_a_bound_grant_is_never_loosened(me: Person, tax: Portal) -> None:
    """RFC 9449 §5: who asked for bound tokens once does not get bearer tokens by leaving the proof out."""
    first = made(redeem(me, tax, Holder()))
    assert refusal(refresh(me, tax, first["refresh_token"], None)) == (400, "invalid_grant")
    assert made(refresh(me, tax, first["refresh_token"], Holder()))["token_type"] == "DPoP"


def test_5_2_a_client_registered_for_bound_tokens_needs_a_proof(me: Person, strict: Portal) -> None:
    """RFC 9449 §5.2: dpop_bound_access_tokens makes the server refuse token requests without a proof."""
    form = strict.token_form(me.code_for(strict))
    assert refusal(me.token(strict, form)) == (400, "invalid_dpop_proof")
    assert refusal(refresh(me, strict, "x", None)) == (400, "invalid_dpop_proof")
    assert made(me.token(strict, form, DPoP=Holder().proof()))["token_type"] == "DPoP"


def test_5_1_discovery_names_the_algorithms(me: Person) -> None:
    """RFC 9449 §5.1: dpop_signing_alg_values_supported has asymmetric algorithms, and not none."""
    told = (me.get("/.well-known/oauth-authorization-server").json or {})["dpop_signing_alg_values_supported"]
    assert told == ["ES256", "PS256", "EdDSA", "Ed25519"]


def test_6_1_the_thumbprint_is_that_of_rfc_7638(me: Person, tax: Portal) -> None:
    """RFC 9449 §6.1: jkt is the base64url SHA-256 JWK thumbprint, whatever else the jwk holds."""
    holder = Holder()
    more = holder.jwk | {"kid": "7", "use": "sig", "extra": 1}
    form = tax.token_form(me.code_for(tax))
    body = made(me.token(tax, form, DPoP=holder.proof(header={"jwk": more})))
    assert decode(body["access_token"])["cnf"] == {"jkt": holder.thumbprint}
    assert len(holder.thumbprint) == 43


def test_6_2_introspection_tells_the_key(me: Person, tax: Portal) -> None:
    """RFC 9449 §6.2: cnf with jkt stands in the introspection response; token_type is DPoP."""
    holder = Holder()
    access = made(redeem(me, tax, holder))["access_token"]
    told = me.post("/introspect", {"token": access}, headers=tax.basic).json or {}
    assert (told["active"], told["token_type"], told["cnf"]) == (True, "DPoP", {"jkt": holder.thumbprint})
    plain = made(redeem(me, tax, None))["access_token"]
    told = me.post("/introspect", {"token": plain}, headers=tax.basic).json or {}
    assert told["token_type"] == "Bearer"
    assert "cnf" not in told


def test_11_1_a_proof_shown_twice_does_not_use_a_refresh_token_up(me: Person, tax: Portal) -> None:
    """RFC 9449 §11.1: a replayed proof is refused; what it was shown with stays good for its owner."""
    holder = Holder()
    token, proof = made(redeem(me, tax, holder))["refresh_token"], holder.proof()
    second = made(me.token(tax, {"grant_type": "refresh_token", "refresh_token": token}, DPoP=proof))
    again = {"grant_type": "refresh_token", "refresh_token": second["refresh_token"]}
    with one_event("token.refuse"):
        assert refusal(me.token(tax, again, DPoP=proof)) == (400, "invalid_dpop_proof")
    assert events("token.refuse")[-1].reason == "dpop.replay"
    assert made(me.token(tax, again, DPoP=holder.proof()))["access_token"]


@pytest.mark.parametrize("grant", ["refresh_token", "client_credentials"])
def test_11_1_of_many_requests_with_one_proof_one_gets_tokens(app: Flask, me: Person, grant: str) -> None:
    """RFC 9449 §11.1: one proof replayed in parallel has one winner."""
    holder = Holder()
    client = service("machine") if grant == "client_credentials" else portal("tax")
    proof = holder.proof()
    forms = [{"grant_type": grant}] * 16
    if grant == "refresh_token":
        tokens = [made(redeem(me, client, holder))["refresh_token"] for _ in range(16)]
        forms = [{"grant_type": grant, "refresh_token": token} for token in tokens]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda form: Person(app).token(client, form, DPoP=proof), forms))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 15
    assert {refusal(one)[1] for one in answers if one.status_code == 400} == {"invalid_dpop_proof"}


def test_11_1_of_many_codes_with_one_proof_one_is_redeemed(app: Flask, me: Person, tax: Portal) -> None:
    """RFC 9449 §11.1: the same when every request brings a code of its own."""
    proof = Holder().proof()
    forms = [tax.token_form(me.code_for(tax)) for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda form: Person(app).token(tax, form, DPoP=proof), forms))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 11
