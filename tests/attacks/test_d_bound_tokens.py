"""Attack book, group D: tokens that are bound to a key, shown in every wrong way."""

import pytest

from tests.actors import Person, Portal
from tests.possession import Holder
from tests.records import one_event


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def bound(me: Person, tax: Portal, holder: Holder) -> str:
    answer = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=holder.proof())
    return str((answer.json or {})["access_token"])


def test_d26_a_stolen_bound_token_is_worth_nothing(me: Person, bound: str) -> None:
    """As a bearer token, in a form, in a cookie, in the address, with a proof of the thief's own key."""
    thief = Holder()
    with one_event("token.refuse"):
        assert me.get("/userinfo", headers={"Authorization": f"Bearer {bound}"}).status_code == 401
    assert me.post("/userinfo", {"access_token": bound}).status_code == 401
    assert me.get("/userinfo", headers={"Cookie": f"access_token={bound}"}).status_code == 401
    assert me.get(f"/userinfo?access_token={bound}").status_code == 401
    assert me.get("/userinfo", headers=thief.show(bound)).status_code == 401


def test_d26_duplicates_of_anything_are_refused(me: Person, holder: Holder, bound: str) -> None:
    shown = holder.show(bound)
    for twice in (
        {"Authorization": f"DPoP {bound}, DPoP {bound}"},
        {"Authorization": f"DPoP {bound},Bearer {bound}"},
        {"DPoP": f"{shown['DPoP']}, {holder.proof('/userinfo', 'GET', token=bound)}"},
    ):
        assert me.get("/userinfo", headers=shown | twice).status_code in (400, 401)
    proof = holder.proof("/userinfo", "POST", token=bound)
    headers = {"Authorization": f"DPoP {bound}", "DPoP": proof}
    assert me.post("/userinfo", {"access_token": bound}, headers=headers).status_code == 400
    assert me.get("/userinfo", headers=shown).status_code == 200


@pytest.mark.parametrize("scheme", ["DPoP:", "D PoP", "DPoPx", "Bearer DPoP", "DPoP=", "ＤＰｏＰ"])
def test_d26_only_the_schemes_of_the_standards_are_known(
    me: Person, holder: Holder, bound: str, scheme: str
) -> None:
    header = f"{scheme} {bound}".encode().decode("latin-1")
    answer = me.get("/userinfo", headers=holder.show(bound) | {"Authorization": header})
    assert answer.status_code == 401


def test_d13_a_proof_is_no_token(me: Person, holder: Holder, bound: str) -> None:
    proof = holder.proof("/userinfo", "GET", token=bound)
    for scheme in ("Bearer", "DPoP"):
        headers = {"Authorization": f"{scheme} {proof}", "DPoP": proof}
        assert me.get("/userinfo", headers=headers).status_code == 401


def test_d18_the_key_of_a_token_is_told_to_nobody_else(
    me: Person, tax: Portal, health: Portal, bound: str
) -> None:
    answer = me.post("/introspect", {"token": bound}, headers=health.basic)
    assert answer.json == {"active": False}
