"""CIBA Core 1.0 §7.1.1: signed authentication requests."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.approvals import jobs
from idp.base.clock import now
from idp.base.secret import b64url
from tests.actors import ISSUER, Person, Portal
from tests.approving import PHONE, error, hotline, send, waiting

pytestmark = pytest.mark.usefixtures("stores")

KEY = ECKey.generate_key("P-256", {"kid": "k", "use": "sig"})
STRANGER = ECKey.generate_key("P-256", {"kid": "k", "use": "sig"})


@pytest.fixture
def signer(stores: None) -> Portal:
    """A hotline that signs its requests."""
    return hotline(
        jwks={"keys": [KEY.as_dict(private=False)]},
        backchannel_authentication_request_signing_alg="ES256",
    )


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a correct request, changed; ``None`` leaves a claim out."""
    values = {
        "iss": "hotline", "aud": ISSUER, "exp": now() + 300, "iat": now(), "nbf": now(), "jti": str(uuid4()),
        "scope": "openid profile", "login_hint": PHONE, **changes,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None}


def signed(key: ECKey = KEY, **changes: Any) -> str:
    return jwt.encode({"alg": "ES256", "kid": "k"}, claims(**changes), key)


def ask(me: Person, client: Portal, request: str, **beside: str) -> tuple[int, str]:
    return error(send(me, "/bc-authorize", client, {"request": request, **beside}))


def test_section_7_1_1_a_signed_request_is_answered_like_a_plain_one(
    me: Person, number: str, signer: Portal
) -> None:
    """CIBA Core §7.1.1: the parameters are claims of the JWT."""
    answer = send(me, "/bc-authorize", signer, {"request": signed(binding_message="核验码 58")})
    assert answer.status_code == 200
    jobs.announce_due()
    assert len(waiting(me)) == 1
    assert "核验码 58" in me.get("/account/requests").text


@pytest.mark.parametrize("expiry", [30, "30"])
def test_section_7_1_1_requested_expiry_is_a_number_or_a_text(
    me: Person, signer: Portal, expiry: int | str
) -> None:
    """CIBA Core §7.1.1: requested_expiry may be sent as a JSON string or number."""
    answer = send(me, "/bc-authorize", signer, {"request": signed(requested_expiry=expiry)})
    assert (answer.json or {})["expires_in"] == 30


def test_section_7_1_1_nothing_stands_beside_the_object(me: Person, signer: Portal) -> None:
    """CIBA Core §7.1.1: authentication request parameters MUST NOT be present outside of the JWT."""
    assert ask(me, signer, signed(), scope="openid") == (400, "invalid_request")
    assert ask(me, signer, signed(), binding_message="x") == (400, "invalid_request")


def test_section_7_1_1_who_registered_to_sign_must_sign(me: Person, signer: Portal) -> None:
    """CIBA Core §4: a client with a signing algorithm sends signed requests."""
    answer = send(me, "/bc-authorize", signer, {"scope": "openid", "login_hint": PHONE})
    assert error(answer) == (400, "invalid_request")


def test_section_7_1_1_who_did_not_register_may_not_sign(me: Person) -> None:
    """CIBA Core §4: the algorithm MUST be the registered one."""
    plain = hotline(jwks={"keys": [KEY.as_dict(private=False)]})
    assert ask(me, plain, signed()) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "nbf", "jti"])
def test_section_7_1_1_every_required_claim_is_demanded(me: Person, signer: Portal, name: str) -> None:
    """CIBA Core §7.1.1: iss, aud, exp, iat, nbf, jti."""
    assert ask(me, signer, signed(**{name: None})) == (400, "invalid_request")


WRONG: dict[str, Callable[[], dict[str, Any]]] = {
    "iss of another": lambda: {"iss": "other"},
    "aud of another": lambda: {"aud": "https://other.example"},
    "aud near ours": lambda: {"aud": f"{ISSUER}/"},
    "expired": lambda: {"exp": now() - 61},
    "not yet": lambda: {"nbf": now() + 61},
    "issued tomorrow": lambda: {"iat": now() + 86400},
    "too long": lambda: {"exp": now() + 3700},
    "too old": lambda: {"nbf": now() - 3700},
    "exp a text": lambda: {"exp": str(now() + 60)},
    "exp a truth": lambda: {"exp": True},
    "jti a number": lambda: {"jti": 5},
    "jti empty": lambda: {"jti": ""},
    "jti long": lambda: {"jti": "x" * 257},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_section_7_1_1_wrong_claims_are_refused(
    me: Person, signer: Portal, changes: Callable[[], dict[str, Any]]
) -> None:
    """CIBA Core §7.1.1: the JWT is validated as RFC 7519 and OIDC Core §6 say; invalid_request."""
    assert ask(me, signer, signed(**changes())) == (400, "invalid_request")


def test_section_7_1_1_the_audience_may_be_a_list_with_us_in_it(me: Person, signer: Portal) -> None:
    """CIBA Core §7.1.1: aud MUST contain the issuer identifier."""
    assert ask(me, signer, signed(aud=["https://other.example", ISSUER]))[0] == 200


def test_section_7_1_1_a_request_is_shown_once(me: Person, signer: Portal) -> None:
    """CIBA Core §7.1.1: jti prevents reuse."""
    request = signed()
    assert ask(me, signer, request)[0] == 200
    assert ask(me, signer, request) == (400, "invalid_request")


def test_section_7_1_1_the_signature_is_the_clients(me: Person, signer: Portal) -> None:
    """CIBA Core §7.1.1: signed by a key of the client, by the algorithm it registered."""
    assert ask(me, signer, signed(STRANGER)) == (400, "invalid_request")
    header, body, signature = signed().split(".")
    assert ask(me, signer, f"{header}.{body}.{signature[:-4]}AAAA") == (400, "invalid_request")
    unsigned = b64url(json.dumps({"alg": "none"}).encode()) + f".{body}."
    assert ask(me, signer, unsigned) == (400, "invalid_request")


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "." * 3, "x" * 20_000, "{}"])
def test_section_7_1_1_what_is_no_signed_request_is_refused(me: Person, signer: Portal, text: str) -> None:
    """CIBA Core §7.1.1: a JWT."""
    assert ask(me, signer, text)[1] == "invalid_request"


def test_a_client_may_not_sign_for_another(me: Person, signer: Portal) -> None:
    other = hotline(
        "other",
        jwks={"keys": [STRANGER.as_dict(private=False)]},
        backchannel_authentication_request_signing_alg="ES256",
    )
    assert ask(me, other, signed()) == (400, "invalid_request")
    assert ask(me, other, signed(STRANGER, iss="hotline")) == (400, "invalid_request")
