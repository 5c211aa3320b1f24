"""FAPI 2.0 Message Signing §5.3, §5.4: signed requests and signed responses, where a client registered so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from idp.base.clock import now
from idp.store import redis
from tests.actors import ISSUER, Person, query
from tests.records import nothing_changed
from tests.signing import SigningPortal, read, refusal, signing_portal


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    """A portal of the profile; the citizen has been there before."""
    made = signing_portal(profile="fapi2-message-signing")
    made.code(me)
    return made


def push(me: Person, bank: SigningPortal, **changes: Any) -> tuple[int, str]:
    """How a pushed object is answered: status, and error if any."""
    answer = bank.push(me, {"client_id": "bank", "request": bank.object(**changes)})
    return answer.status_code, (answer.json or {}).get("error", "")


def test_5_3_1_an_unsigned_request_is_refused(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 Message Signing §5.3.1: pushed requests are signed objects; else invalid_request."""
    assert refusal(bank.push(me, bank.request())) == (400, "invalid_request")


def test_5_3_1_a_signed_request_is_taken_and_gives_a_code(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 Message Signing §5.3.1: signed request objects at the PAR endpoint."""
    assert bank.redeem(me, bank.code(me)).status_code == 200


@pytest.mark.parametrize("name", ["aud", "exp", "nbf"])
def test_5_3_1_what_every_object_says(me: Person, bank: SigningPortal, name: str) -> None:
    """FAPI 2.0 Message Signing §5.3.1: aud, exp and nbf are required."""
    with no_request_kept():
        assert push(me, bank, **{name: None}) == (400, "invalid_request_object")


@contextmanager
def no_request_kept() -> Iterator[None]:
    """Nothing is pushed; the mark of the assertion that authenticated the client remains."""
    before = redis.call("KEYS", "par:*")
    yield
    assert redis.call("KEYS", "par:*") == before


@pytest.mark.parametrize(
    ("nbf", "exp", "good"),
    [
        (0, 300, True),
        (8, 300, True),
        (-3590, 5, True),
        (0, 3590, True),
        (61, 300, False),
        (-3700, 30, False),
        (0, 3700, False),
        (-60, -1, False),
    ],
)
def test_5_3_1_it_is_for_this_hour(me: Person, bank: SigningPortal, nbf: int, exp: int, good: bool) -> None:
    """FAPI 2.0 Message Signing §5.3.1: nbf at most 60 min ago, exp at most 60 min after nbf."""
    moment = now()
    answer = push(me, bank, nbf=moment + nbf, exp=moment + exp)
    assert answer == ((201, "") if good else (400, "invalid_request_object"))


@pytest.mark.parametrize(
    ("audience", "good"),
    [
        (ISSUER, True),
        ([ISSUER, "https://other.example"], True),
        (["https://other.example"], False),
        (f"{ISSUER}/par", False),
        ("https://other.example", False),
    ],
)
def test_5_3_1_it_is_for_this_issuer(me: Person, bank: SigningPortal, audience: Any, good: bool) -> None:
    """FAPI 2.0 Message Signing §5.3.1: aud is, or has, the issuer identifier."""
    assert (push(me, bank, aud=audience)[0] == 201) == good


def test_5_3_1_the_object_of_another_client_is_refused(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 Message Signing §5.3.1, RFC 9126 §3: the object is the authenticated client's."""
    other = signing_portal("other", profile="fapi2-message-signing")
    foreign = other.object()
    assert refusal(bank.push(me, {"client_id": "bank", "request": foreign})) == (
        400,
        "invalid_request_object",
    )


def test_5_3_1_what_stands_beside_the_object_is_not_used(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §3: all parameters stand in the object."""
    form = {"client_id": "bank", "request": bank.object(state=None), "state": "outer", "scope": "openid x"}
    reference = (bank.push(me, form).json or {})["request_uri"]
    assert "state" not in bank.response(me, reference)


def test_5_4_1_responses_are_signed(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 Message Signing §5.4.1: JARM, asked for or not."""
    location = bank.open(me, bank.pushed(me)).location
    assert set(query(location)) == {"response"}
    assert read(query(location)["response"])["aud"] == "bank"


def test_5_4_1_errors_are_signed(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 Message Signing §5.4.1: error responses too, also the earliest ones."""
    told = query(bank.open(me, bank.pushed(me, prompt="none", max_age="0")).location)
    assert read(told["response"])["error"] == "login_required"
    plain = query(me.authorize(bank).location)
    assert set(plain) == {"response"}
    assert read(plain["response"])["error"] == "invalid_request"


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_5_4_1_an_unsigned_response_cannot_be_asked_for(me: Person, bank: SigningPortal, mode: str) -> None:
    """FAPI 2.0 Message Signing §5.4.1: a client of the profile gets signed responses only."""
    assert push(me, bank, response_mode=mode) == (400, "invalid_request")
    assert push(me, bank, response_mode="jwt") == (201, "")


def test_5_4_1_a_refusal_by_the_person_is_signed(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 Message Signing §5.4.1: whatever ends the request."""
    told = bank.response(me, bank.pushed(me, prompt="consent"), "deny")
    assert (told["error"], told["state"]) == ("access_denied", "st-1")


def test_a_challenge_for_a_nonce_does_not_spend_the_object(me: Person, bank: SigningPortal) -> None:
    """RFC 9449 §8, §10.1: the same object comes again with a proof that has the nonce."""
    from idp import settings

    settings.use(settings.current().model_copy(update={"dpop_demands_nonce": True}))
    form = {"client_id": "bank", "request": bank.object(jti="once")}
    challenged = bank.push(me, form, bank.proof("/par"))
    assert refusal(challenged) == (400, "use_dpop_nonce")
    again = bank.push(me, form, bank.proof("/par", challenged.headers["DPoP-Nonce"]))
    assert again.status_code == 201


def test_nothing_is_kept_of_a_refused_object(me: Person, bank: SigningPortal) -> None:
    """Attack book F01: what is refused leaves no request behind."""
    form = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "request": "x"}
    with nothing_changed():
        answer = me.http.get("/authorize", query_string=form, base_url=ISSUER)
    assert read(query(answer.location)["response"])["error"] == "invalid_request_object"
