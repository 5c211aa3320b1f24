"""RFC 7636: proof key for code exchange."""

import pytest

from idp.oidc import pkce
from tests.actors import Person, Portal, portal, query

#: Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_appendix_b_the_example_proves_itself() -> None:
    assert pkce.is_challenge(CHALLENGE)
    assert pkce.proves(VERIFIER, CHALLENGE)


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "a" * 42 + " ", "a" * 42 + "+", "é" * 43, ""])
def test_section_4_1_a_verifier_has_43_to_128_unreserved_characters(verifier: str) -> None:
    import base64
    import hashlib

    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert not pkce.proves(verifier, challenge)


@pytest.mark.parametrize("verifier", ["a" * 43, "a" * 128, "-._~" * 11])
def test_section_4_1_every_verifier_of_that_form_is_taken(verifier: str) -> None:
    import base64
    import hashlib

    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert pkce.proves(verifier, challenge)


def test_section_4_3_a_request_without_a_challenge_is_refused(me: Person, tax: Portal) -> None:
    told = query(me.authorize(tax, code_challenge=None, code_challenge_method=None).location)
    assert told["error"] == "invalid_request"


def test_section_4_4_1_plain_is_refused_also_as_the_default(me: Person, tax: Portal) -> None:
    for method in ("plain", None):
        told = query(me.authorize(tax, code_challenge_method=method).location)
        assert told["error"] == "invalid_request"


def test_section_4_6_a_wrong_verifier_is_an_invalid_grant_and_spends_the_code(
    me: Person, tax: Portal
) -> None:
    code = me.code_for(tax)
    wrong = me.token(tax, tax.token_form(code, code_verifier=VERIFIER))
    assert (wrong.status_code, (wrong.json or {})["error"]) == (400, "invalid_grant")
    assert me.token(tax, tax.token_form(code)).status_code == 400


def test_section_4_6_a_public_client_is_held_to_it_too(me: Person) -> None:
    app = portal(
        "app", token_endpoint_auth_method="none", application_type="native",
        redirect_uris=("http://127.0.0.1/cb",), grant_types=("authorization_code",),
    )  # fmt: skip
    form = {**app.token_form(me.code_for(app)), "client_id": "app"}
    assert me.post("/token", {**form, "code_verifier": VERIFIER}).status_code == 400
    good = {**app.token_form(me.code_for(app)), "client_id": "app"}
    assert me.post("/token", good).status_code == 200


def test_section_4_4_the_challenge_comes_back_in_nothing(me: Person, tax: Portal) -> None:
    """RFC 7636 §4.4: it is kept with the code, and nobody can read it out of an answer."""
    code = me.code_for(tax)
    challenge = tax.request()["code_challenge"]
    assert challenge not in me.authorize(tax).location
    assert challenge not in code
    assert challenge not in me.token(tax, tax.token_form(code)).text


def test_section_4_6_each_code_has_its_own_challenge(me: Person, tax: Portal) -> None:
    """RFC 7636 §4.5, §4.6: the verifier of one request redeems no code of another."""
    first = Portal(client=tax.client, secret=tax.secret)
    mine, other = me.code_for(tax), me.code_for(first)
    assert me.token(tax, tax.token_form(other)).status_code == 400
    assert me.token(tax, tax.token_form(mine)).status_code == 200


def test_section_6_2_s256_is_announced(me: Person) -> None:
    """RFC 7636 §4.2, §6.2.1: S256 must be understood; plain is not."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["code_challenge_methods_supported"] == ["S256"]
