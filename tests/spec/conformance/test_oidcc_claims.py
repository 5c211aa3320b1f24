"""Checklist A0 and A9: rules about claims that hold in every module, and modules about the parameter."""

import json
from typing import Any

from idp import claims
from idp.base import levels
from tests.actors import Person, Portal, decode, portal
from tests.recipient import opened, reading_portal
from tests.signing import SigningPortal, signing_portal

#: What an ID token may hold unasked (A0).
USUAL = {
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash",
    "s_hash", "nbf", "jti", "sid", "txn",
}  # fmt: skip
EVERYTHING = (
    "openid",
    "profile",
    "realname",
    "age",
    "region",
    "phone",
    "profile.full",
    "idcard.masked",
    "org",
)


def everything() -> dict[str, Any]:
    return {name: {"essential": False} for name in (*claims.names(), "random_claim_of_nobody")}


def userinfo(me: Person, access: str, scheme: str = "Bearer", **headers: str) -> dict[str, Any]:
    answer = me.get("/userinfo", headers={"Authorization": f"{scheme} {access}", **headers})
    assert answer.status_code == 200, answer.data
    return dict(answer.json or {})


def judge_types(told: dict[str, Any]) -> None:
    """A0: standard claims have their type; nothing is empty, null or "null"."""
    assert [name for name, value in told.items() if value in ("", None, "null")] == []
    for name in ("phone_number_verified", "age_over_18", "legal_representative"):
        assert isinstance(told.get(name, True), bool)
    for name in ("name", "gender", "birthdate", "phone_number"):
        assert isinstance(told.get(name, "x"), str)


def test_oidcc_id_token_holds_no_unrequested_claim(me: Person, tax: Portal) -> None:
    """A0 id-token: without a scope or a request for it nothing stands in the ID token beyond the usual."""
    assert set(decode(me.tokens(tax, scope="openid")["id_token"])) <= USUAL


def test_oidcc_essential_acr_is_satisfied(me: Person, tax: Portal) -> None:
    """A0 id-token: an essential acr request is satisfied."""
    wish = {"id_token": {"acr": {"essential": True, "values": [levels.acr(1), levels.acr(2)]}}}
    identity = decode(me.tokens(tax, claims=json.dumps(wish))["id_token"])
    assert identity["acr"] in (levels.acr(1), levels.acr(2))


def test_oidcc_encrypted_id_token_names_its_key(me: Person) -> None:
    """A0 id-token: the JWE header of an encrypted ID token has a kid."""
    tax = reading_portal(id_token_encrypted_response_alg="RSA-OAEP-256")
    assert opened(me.tokens(tax)["id_token"]).header["kid"] == "enc-rsa"


def test_oidcc_claims_of_every_kind(me: Person) -> None:
    """A0 userinfo: whatever is asked for singly comes with the right type, and what is unknown is ignored."""
    at = portal("every", scopes=EVERYTHING, legal_basis=dict.fromkeys(EVERYTHING, "statutory_duty"))
    made = me.tokens(at, scope="openid", claims=json.dumps({"userinfo": everything()}))
    told = userinfo(me, made["access_token"])
    assert {"name", "name_masked", "age_over_18", "id_number_masked"} <= set(told)
    assert "random_claim_of_nobody" not in told
    judge_types(told)


def test_fapi2_test_claims_parameter_identity_claims(me: Person) -> None:
    """A9 test-claims-parameter-identity-claims: all claims and a random one, in both places, pushed."""
    bank: SigningPortal = signing_portal("bank", "fapi2", scopes=("openid", "profile", "realname", "age"))
    wish = json.dumps({"userinfo": everything(), "id_token": everything()})
    code = bank.code(me, scope="openid", claims=wish)
    made = bank.redeem(me, code).json or {}
    identity = decode(made["id_token"])
    assert identity["name"] == "张示"
    assert "random_claim_of_nobody" not in identity
    judge_types(identity)
