"""Attack book, what is encrypted to us by people who mean harm, wherever a JWT is taken: E08 E09 E10."""

import json
import resource
import time
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwe
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.test import TestResponse

from idp import keyring
from idp.base.secret import b64url
from tests.actors import Person, query
from tests.recipient import RSA
from tests.signing import SigningPortal, signing_portal

ALL = [
    "ECDH-ES",
    "RSA1_5",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "PBES2-HS256+A128KW",
    "A128GCM",
    "A128CBC-HS256",
    "DEF",
]


@pytest.fixture
def bank(stores: None) -> SigningPortal:
    return signing_portal("bank")


def ours() -> dict[str, Any]:
    (key,) = [one for one in json.loads(keyring.jwks())["keys"] if one["use"] == "enc"]
    return dict(key)


def encrypted(content: str, key: Any = None, **header: Any) -> str:
    members = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": ours()["kid"], "cty": "JWT", **header}
    kept = {name: value for name, value in members.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jwe.encrypt_compact(kept, content, key or ECKey.import_key(ours()), algorithms=ALL)


def as_request(me: Person, bank: SigningPortal, text: str) -> TestResponse:
    asked = {"client_id": "bank", "request": text, "redirect_uri": bank.redirect_uri, "state": "s"}
    return me.get("/authorize?" + urlencode(asked))


def as_pushed(me: Person, bank: SigningPortal, text: str) -> TestResponse:
    return bank.push(me, {"client_id": "bank", "request": text})


def as_assertion(me: Person, bank: SigningPortal, text: str) -> TestResponse:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "x",
        **bank.credentials(),
        "client_assertion": text,
    }
    return me.post("/token", form)


def as_hint(me: Person, bank: SigningPortal, text: str) -> TestResponse:
    return me.authorize(bank, id_token_hint=text)


def as_logout_hint(me: Person, bank: SigningPortal, text: str) -> TestResponse:
    return me.post("/end_session", {"id_token_hint": text})


PLACES: list[Callable[[Person, SigningPortal, str], TestResponse]] = [
    as_request, as_pushed, as_assertion, as_hint, as_logout_hint
]  # fmt: skip


def refused(answer: TestResponse) -> bool:
    if answer.status_code == 303:
        return "error" in query(answer.location)
    return answer.status_code in (400, 401)


@pytest.mark.parametrize("place", PLACES)
def test_e08_a_zip_bomb_is_not_opened(me: Person, bank: SigningPortal, place: Any) -> None:
    bomb = encrypted("x" * 30_000_000, zip="DEF")
    assert len(bomb) < 60_000
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refused(place(me, bank, bomb))
    assert time.monotonic() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize("place", PLACES)
def test_e08_a_small_bomb_is_not_opened_either(me: Person, bank: SigningPortal, place: Any) -> None:
    assert refused(place(me, bank, encrypted(bank.object() + " " * 200_000, zip="DEF")))


@pytest.mark.parametrize("place", PLACES)
def test_e09_a_password_with_two_billion_rounds_costs_nothing(
    me: Person, bank: SigningPortal, place: Any
) -> None:
    weak = encrypted("{}", OctKey.import_key("password password"), alg="PBES2-HS256+A128KW")
    _, *rest = weak.split(".")
    header = {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": "AAAAAAAAAAAAAAAA", "p2c": 2_147_483_647}
    text = ".".join([b64url(json.dumps(header).encode()), *rest])
    began = time.monotonic()
    assert refused(place(me, bank, text))
    assert time.monotonic() - began < 0.5


def test_e10_rsa1_5_is_refused_before_any_padding_is_looked_at(me: Person, bank: SigningPortal) -> None:
    """Good padding, bad padding, no padding: one answer, and no key of ours that could be asked."""
    good = encrypted(bank.object(), RSAKey.import_key(RSA.as_dict(private=False)), alg="RSA1_5")
    head, key, *rest = good.split(".")
    answers = {
        (answer.status_code, answer.data)
        for text in (good, ".".join([head, "A" * len(key), *rest]), ".".join([head, "", *rest]))
        for answer in (as_pushed(me, bank, text),)
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 400
    assert {key["kty"] for key in json.loads(keyring.jwks())["keys"] if key["use"] == "enc"} == {"EC"}


def test_one_answer_for_whatever_cannot_be_decrypted(me: Person, bank: SigningPortal) -> None:
    good = encrypted(bank.object())
    head, _, iv, body, tag = good.split(".")
    broken = (
        f"{head}..{iv}.{body}.{tag[:-2]}AA", f"{head}..{iv}.AAAA.{tag}", f"{head}..AAAA.{body}.{tag}",
        f"{head}.AAAA.{iv}.{body}.{tag}", encrypted(bank.object(), kid="other"),
        encrypted(bank.object(), ECKey.generate_key("P-256", {"use": "enc"})), )  # fmt: skip
    assert (
        len({(answer.status_code, answer.data) for answer in (as_pushed(me, bank, text) for text in broken)})
        == 1
    )


def test_encryption_to_us_proves_nothing_about_the_sender(me: Person, bank: SigningPortal) -> None:
    """RFC 9101 §10.2: everybody can encrypt to a public key; only a signature inside is the client's."""
    unsigned = b64url(b'{"alg":"none"}') + "." + b64url(json.dumps(bank.request()).encode()) + "."
    foreign = bank.object(key=ECKey.generate_key("P-256"))
    for inside in (json.dumps(bank.request()), unsigned, foreign, "", "nonsense", "\xff" * 100):
        assert as_pushed(me, bank, encrypted(inside)).status_code == 400


def test_what_is_encrypted_twice_is_opened_once(me: Person, bank: SigningPortal) -> None:
    assert as_pushed(me, bank, encrypted(encrypted(bank.object()))).status_code == 400
    assert as_pushed(me, bank, encrypted(bank.object())).status_code == 201


def test_an_assertion_is_not_taken_encrypted(me: Person, bank: SigningPortal) -> None:
    """C20: nothing but a compact JWS authenticates a client."""
    good = bank.credentials()["client_assertion"]
    assert as_assertion(me, bank, encrypted(good)).status_code == 401
    assert as_assertion(me, bank, good).status_code == 400
