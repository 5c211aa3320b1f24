"""RFC 7519: what the claims of a JWT demand of whoever reads it."""

import pytest

from idp import keyring, settings, tokens
from idp.base.clock import now
from idp.base.errors import Rejected
from tests.actors import Person, Portal, decode
from tests.signing import SigningPortal, signing_portal


@pytest.fixture
def bank(stores: None) -> SigningPortal:
    return signing_portal("bank")


def error(me: Person, bank: SigningPortal, **claims: object) -> str:
    """What a request for a code that is none is answered: invalid_grant, when the assertion was good."""
    form = {"grant_type": "authorization_code", "code": "x", **bank.credentials(**claims)}
    return str((me.post("/token", form).json or {})["error"])


@pytest.mark.parametrize(("left", "good"), [(2, True), (0, False), (-1, False)])
def test_section_4_1_4_a_token_ends_at_its_second_and_not_after_it(
    me: Person, tax: Portal, monkeypatch: pytest.MonkeyPatch, left: int, good: bool
) -> None:
    """RFC 7519 §4.1.4: on or after exp it is not accepted."""
    access = me.tokens(tax)["access_token"]
    end = decode(access)["exp"]
    monkeypatch.setattr("idp.tokens.mint.now", lambda: end - left)
    if good:
        assert tokens.read_access_token(access).client_id == "tax"
    else:
        with pytest.raises(Rejected):
            tokens.read_access_token(access)


@pytest.mark.parametrize(("ahead", "told"), [(30, "invalid_grant"), (300, "invalid_client")])
def test_section_4_1_5_what_is_not_valid_yet_is_refused_but_for_a_little_skew(
    me: Person, bank: SigningPortal, ahead: int, told: str
) -> None:
    """RFC 7519 §4.1.5: before nbf it is not accepted; a minute is left to clocks."""
    assert error(me, bank, nbf=now() + ahead, exp=now() + 600) == told


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1", 1.5, True, [], {}])
def test_section_4_1_times_are_numbers(me: Person, bank: SigningPortal, claim: str, value: object) -> None:
    """RFC 7519 §4.1.4 to §4.1.6: a NumericDate; ours and those we read are whole seconds."""
    assert error(me, bank, **{claim: value}) == "invalid_client"


@pytest.mark.parametrize("value", [7, [], {"a": 1}, True])
def test_section_4_1_names_are_texts(me: Person, bank: SigningPortal, value: object) -> None:
    """RFC 7519 §4.1.1, §4.1.2, §4.1.7: iss, sub and jti are texts."""
    for claim in ("iss", "sub", "jti"):
        assert error(me, bank, **{claim: value}) == "invalid_client"


def test_section_6_what_nobody_signed_is_nothing(me: Person, tax: Portal) -> None:
    """RFC 7519 §6: unsecured JWTs are not understood, whatever they say."""
    body = me.tokens(tax)["access_token"].split(".")[1]
    for header in ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb05lIiwidHlwIjoiYXQrand0In0"):
        with pytest.raises(Rejected):
            keyring.verify(f"{header}.{body}.", typ=None)


def test_section_4_1_3_what_is_for_others_is_not_for_us(me: Person, bank: SigningPortal) -> None:
    """RFC 7519 §4.1.3: whoever does not find itself in aud refuses the JWT."""
    assert error(me, bank, aud=settings.current().issuer) == "invalid_grant"
    for aud in ("https://other.example", settings.current().issuer.upper(), "", None):
        assert error(me, bank, aud=aud) == "invalid_client"
