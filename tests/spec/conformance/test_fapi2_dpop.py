"""Checklist A9, the FAPI 2.0 Security Profile plan: the modules about DPoP.

At the token endpoint and at PAR with a portal of the profile fapi2; the table of negative tests, one row a
case, at the resource.
"""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.base import clock
from idp.oidc.request import Answer
from idp.server.answer import encode
from tests.actors import ISSUER, Person, decode
from tests.possession import Holder, rsa_holder, unsigned
from tests.signing import SigningPortal, signing_portal


@pytest.fixture
def bank(stores: None) -> SigningPortal:
    """A client of the profile."""
    return signing_portal("bank", "fapi2")


@pytest.fixture
def other(stores: None) -> SigningPortal:
    """The plan's second client."""
    return signing_portal("second", "fapi2")


def push(me: Person, client: SigningPortal, proof: str = "", **changes: str | None) -> TestResponse:
    return client.push(me, client.request(**changes), proof)


def code_of(me: Person, client: SigningPortal, pushed: TestResponse) -> str:
    assert pushed.status_code == 201, pushed.data
    return client.response(me, (pushed.json or {})["request_uri"])["code"]


def redeem(me: Person, client: SigningPortal, code: str, proof: str = "") -> TestResponse:
    form = client.token_form(code) | client.credentials()
    return me.post("/token", form, headers={"DPoP": proof} if proof else {})


def error(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, str((answer.json or {}).get("error"))


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def access(me: Person, bank: SigningPortal, holder: Holder) -> str:
    """A bound token of the profile."""
    answer = redeem(me, bank, bank.code(me), holder.proof())
    assert answer.status_code == 200, answer.data
    return str((answer.json or {})["access_token"])


def ask(me: Person, access: str, proof: str | None, scheme: str = "DPoP", name: str = "DPoP") -> TestResponse:
    return me.get(
        "/userinfo", headers={"Authorization": f"{scheme} {access}"} | ({name: proof} if proof else {})
    )


def test_fapi2_happy_flow_with_dpop_jkt(me: Person, bank: SigningPortal, other: SigningPortal) -> None:
    """A9 happy-flow: two clients in sequence, the second names its key by dpop_jkt."""
    first = redeem(me, bank, bank.code(me), bank.proof("/token"))
    assert (first.json or {})["token_type"].lower() == "dpop"
    holder = Holder()
    code = code_of(me, other, push(me, other, dpop_jkt=holder.thumbprint, nonce="n" * 43))
    second = redeem(me, other, code, holder.proof()).json or {}
    assert decode(second["id_token"])["nonce"] == "n" * 43
    assert (
        ask(
            me, second["access_token"], holder.proof("/userinfo", "GET", token=second["access_token"])
        ).status_code
        == 200
    )


@pytest.mark.parametrize("scheme", ["dpop", "DPoP", "DPOP"])
def test_fapi2_access_token_type_header_case_sensitivity(
    me: Person, holder: Holder, access: str, scheme: str
) -> None:
    """A9 access-token-type-header-case-sensitivity: the scheme in any case."""
    assert ask(me, access, holder.proof("/userinfo", "GET", token=access), scheme).status_code == 200


def test_fapi2_check_dpop_proof_nbf_exp(me: Person, bank: SigningPortal) -> None:
    """A9 check-dpop-proof-nbf-exp: extra nbf (now) and exp (+5 min) are accepted."""
    moment = clock.now()
    assert redeem(me, bank, bank.code(me), Holder().proof(nbf=moment, exp=moment + 300)).status_code == 200


@pytest.mark.parametrize("offset", [-10, 8])
def test_fapi2_ensure_dpopproof_with_iat_10seconds_before_succeeds(
    me: Person, bank: SigningPortal, offset: int
) -> None:
    """A9 ensure-dpopproof-with-iat-10seconds-before-succeeds, -after-succeeds: 10 s past, 8 s future.

    A server that has just begun to keep marks asks for a nonce first, as the plan allows.
    """
    holder, code = Holder(), bank.code(me)
    answer = redeem(me, bank, code, holder.proof(iat=clock.now() + offset))
    if error(answer) == (400, "use_dpop_nonce"):
        nonce = answer.headers["DPoP-Nonce"]
        answer = redeem(me, bank, code, holder.proof(iat=clock.now() + offset, nonce=nonce))
    assert answer.status_code == 200


def test_fapi2_ensure_mismatched_dpop_jkt_fails(me: Person, bank: SigningPortal) -> None:
    """A9 ensure-mismatched-dpop-jkt-fails: dpop_jkt that is not the proof's key."""
    answer = push(me, bank, bank.proof("/par"), dpop_jkt=Holder().thumbprint)
    assert error(answer) == (400, "invalid_dpop_proof")


def test_fapi2_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(
    me: Person, bank: SigningPortal
) -> None:
    """A9 ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt: bound by the proof at PAR."""
    code = code_of(me, bank, push(me, bank, bank.proof("/par")))
    assert error(redeem(me, bank, code, Holder().proof())) == (400, "invalid_dpop_proof")


def test_fapi2_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(me: Person, bank: SigningPortal) -> None:
    """A9 ensure-token-endpoint-fails-with-mismatched-dpop-jkt: bound by dpop_jkt."""
    code = code_of(me, bank, push(me, bank, dpop_jkt=Holder().thumbprint))
    assert error(redeem(me, bank, code, Holder().proof())) == (400, "invalid_dpop_proof")


def test_fapi2_ensure_dpopproof_at_par_endpoint_binding_success(me: Person, bank: SigningPortal) -> None:
    """A9 ensure-dpopproof-at-par-endpoint-binding-success: the same key at PAR and token endpoint."""
    code = code_of(me, bank, push(me, bank, bank.proof("/par")))
    assert redeem(me, bank, code, bank.proof("/token")).status_code == 200


def test_fapi2_ensure_dpop_auth_code_binding_success(me: Person, bank: SigningPortal) -> None:
    """A9 ensure-dpop-auth-code-binding-success: dpop_jkt and the same key at the token endpoint."""
    code = code_of(me, bank, push(me, bank, dpop_jkt=bank.holder.thumbprint))
    assert redeem(me, bank, code, bank.proof("/token")).status_code == 200


def test_fapi2_ensure_holder_of_key_required(me: Person, bank: SigningPortal) -> None:
    """A9 ensure-holder-of-key-required: no token without a proof."""
    code = bank.code(me)
    assert error(redeem(me, bank, code)) == (400, "invalid_dpop_proof")
    assert redeem(me, bank, code, Holder().proof()).status_code == 200


def test_fapi2_ensure_client_1s_key_is_nothing_for_client_2s_token(
    me: Person, other: SigningPortal, access: str
) -> None:
    """A9, resource server: client 1's key with client 2's token is refused."""
    holder = Holder()
    foreign = redeem(me, other, other.code(me), holder.proof()).json or {}
    proof = holder.proof("/userinfo", "GET", token=access)
    assert ask(me, access, proof).status_code == 401
    assert foreign["token_type"] == "DPoP"


def test_fapi2_refresh_token_dpop(me: Person, stores: None) -> None:
    """A9 refresh-token: with the same and a new key; not without proof, not by another client."""
    bank = signing_portal("bank", "fapi2", grant_types=("authorization_code", "refresh_token"))
    second = signing_portal("second", "fapi2", grant_types=("authorization_code", "refresh_token"))
    made = redeem(me, bank, bank.code(me), bank.proof("/token")).json or {}
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}

    def refresh(client: SigningPortal, proof: str, credentials: bool = True) -> TestResponse:
        sent = form | (client.credentials() if credentials else {"client_id": client.client.client_id})
        return me.post("/token", sent, headers={"DPoP": proof} if proof else {})

    for proof in (bank.proof("/token"), Holder().proof(), bank.proof("/token")):
        answer = refresh(bank, proof)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert (answer.json or {})["token_type"] == "DPoP"
    assert error(refresh(bank, "")) == (400, "invalid_dpop_proof")
    assert error(refresh(bank, Holder().proof(), credentials=False)) == (401, "invalid_client")
    assert error(refresh(second, Holder().proof())) == (400, "invalid_grant")


Make = Callable[[Holder, str], str]


def made(**changes: Any) -> Make:
    return lambda holder, access: holder.proof("/userinfo", "GET", token=access, **changes)


ACCEPTED: dict[str, Make] = {
    "htu with query": made(htu=f"{ISSUER}/userinfo?a=1"),
    "htu with fragment": made(htu=f"{ISSUER}/userinfo#a"),
    "htu with scheme and host in capitals": made(htu=f"HTTP{ISSUER[4:].upper()}/userinfo"),
    "further members of the header": made(header={"kid": "a", "own": [1]}),
    "further claims": made(own={"a": 1}),
    "a first jti": made(jti="first"),
}
REFUSED: dict[str, Make] = {
    "two headers": lambda holder, access: ", ".join(made()(holder, access) for _ in range(2)),
    "not a JWT": lambda *_: "x",
    **{
        f"{name} missing": made(without=[name])
        for name in ("typ", "alg", "jwk", "jti", "htm", "htu", "iat", "ath")
    },
    "another typ": made(header={"typ": "jwt"}),
    "alg none": made(header={"alg": "none"}),
    "a signature that does not hold": lambda holder, access: made()(holder, access)[:-8] + "AAAAAAAA",
    "a private key in jwk": lambda holder, access: made(header={"jwk": holder.key.as_dict(private=True)})(
        holder, access
    ),
    "htm PUT": made(htm="PUT"),
    "another htu": made(htu=f"{ISSUER}/other"),
    "iat one hour ahead": lambda holder, access: made(iat=clock.now() + 3600)(holder, access),
    "iat one hour ago": lambda holder, access: made(iat=clock.now() - 3600)(holder, access),
    "another ath": made(ath="fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"),
    "another key": lambda _, access: made()(Holder(), access),
    "no proof": lambda *_: "",
    "a JWT by hand": lambda holder, _: unsigned({"typ": "dpop+jwt", "alg": "ES256", "jwk": holder.jwk}, {}),
}


@pytest.mark.parametrize("row", ACCEPTED)
def test_fapi2_dpop_negative_tests_accepted(me: Person, holder: Holder, access: str, row: str) -> None:
    """A9 dpop-negative-tests, accepted: what is unusual and right."""
    assert ask(me, access, ACCEPTED[row](holder, access)).status_code == 200


def test_fapi2_dpop_negative_tests_header_name(me: Person, holder: Holder, access: str) -> None:
    """A9 dpop-negative-tests, accepted: the header's name in capitals."""
    proof = holder.proof("/userinfo", "GET", token=access)
    assert ask(me, access, proof, name="DPOP").status_code == 200


@pytest.mark.parametrize("row", REFUSED)
def test_fapi2_dpop_negative_tests_refused(me: Person, holder: Holder, access: str, row: str) -> None:
    """A9 dpop-negative-tests, refused: 400 or 401; and a correct proof still works afterwards."""
    assert ask(me, access, REFUSED[row](holder, access)).status_code in (400, 401)
    assert ask(me, access, holder.proof("/userinfo", "GET", token=access)).status_code == 200


def test_fapi2_dpop_negative_tests_rs256(me: Person, bank: SigningPortal) -> None:
    """A9 dpop-negative-tests, refused: RS256, with an RSA key that PS256 may use."""
    holder = rsa_holder()
    access = (redeem(me, bank, bank.code(me), holder.proof()).json or {})["access_token"]
    holder.algorithm = "RS256"
    assert ask(me, access, holder.proof("/userinfo", "GET", token=access)).status_code == 401
    holder.algorithm = "PS256"
    assert ask(me, access, holder.proof("/userinfo", "GET", token=access)).status_code == 200


def test_fapi2_dpop_negative_tests_same_jti(me: Person, holder: Holder, access: str) -> None:
    """A9 dpop-negative-tests, refused: the same jti twice, in a proof made anew."""
    answers = [ask(me, access, holder.proof("/userinfo", "GET", token=access, jti="same")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]


def test_fapi2_dpop_negative_tests_bearer(me: Person, holder: Holder, access: str) -> None:
    """A9 dpop-negative-tests, refused: no proof, and the scheme changed to Bearer."""
    assert ask(me, access, None, "Bearer").status_code == 401
    assert ask(me, access, holder.proof("/userinfo", "GET", token=access), "Bearer").status_code == 401


def test_fapi2_resource_refuses_a_token_in_the_query(me: Person, holder: Holder, access: str) -> None:
    """A9, resource server: a token in the address is 400, 401 or 414, whatever proof comes with it."""
    proof = holder.proof("/userinfo", "GET", token=access)
    assert me.get(f"/userinfo?access_token={access}", headers={"DPoP": proof}).status_code == 401


def test_fapi2_resource_answers_carry_the_date() -> None:
    """A9, resource server: every answer that leaves the server says the time, within five minutes."""
    sent = encode(Answer(200, [("Content-Type", "application/json")], b"{}"), head=False, close=False)
    (date,) = (line[6:] for line in sent.decode().split("\r\n") if line.startswith("Date: "))
    assert abs(parsedate_to_datetime(date).timestamp() - clock.now()) < 300
