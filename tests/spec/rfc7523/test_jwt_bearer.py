"""RFC 7523: assertions of approved issuers as authorization grants."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from tests import registrations
from tests.actors import ISSUER, Person, Portal, decode, portal
from tests.records import nothing_changed, one_event

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
VOUCHER = "https://id.neighbour.example.gov"
KEY = ECKey.generate_key("P-256", {"kid": "n1"})


def approved(**changes: Any) -> dict[str, Any]:
    keys = {"keys": [KEY.as_dict(private=False)]}
    return {"issuer": VOUCHER, "jwks": keys, "subjects": ["batch-1"], **changes}


@pytest.fixture
def bridge(stores: None) -> Portal:
    """The account that systems of the neighbouring platform act as."""
    return portal(
        "bridge", grant_types=(BEARER,), redirect_uris=(), post_logout_redirect_uris=(),
        scopes=("data.query",), assertion_issuers=(approved(),), audience="https://api.data.example.gov",
    )  # fmt: skip


def assertion(*, key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    moment = int(time.time())
    claims = {
        "iss": VOUCHER, "sub": "batch-1", "aud": ISSUER, "iat": moment, "exp": moment + 300,
        "jti": str(uuid4()), **changes,
    }  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    head = {"alg": "ES256", "kid": "n1", **(header or {})}
    return jwt.encode(head, claims, key, algorithms=[head["alg"]])


def ask(person: Person, bridge: Portal, text: str | None = None, **form: str) -> dict[str, Any]:
    values = {"grant_type": BEARER, "assertion": text or assertion(), **form}
    answer = person.token(bridge, values)
    return {"status": answer.status_code, **(answer.json or {})}


def test_section_2_1_an_assertion_gets_a_token_that_names_the_system(me: Person, bridge: Portal) -> None:
    with one_event("token.issue"):
        answer = ask(me, bridge)
    assert (answer["status"], answer["scope"]) == (200, "data.query")
    assert not {"refresh_token", "id_token"} & answer.keys()
    claims = decode(answer["access_token"])
    assert (claims["sub"], claims["act"]) == ("bridge", {"iss": VOUCHER, "sub": "batch-1"})
    assert claims["aud"] == "https://api.data.example.gov"


def test_section_3_the_token_endpoint_is_an_audience_too(me: Person, bridge: Portal) -> None:
    assert ask(me, bridge, assertion(aud=f"{ISSUER}/token"))["status"] == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None}, {"iss": "https://id.other.example.gov"}, {"iss": 7}, {"sub": None}, {"sub": "batch-2"},
        {"sub": ["batch-1"]}, {"aud": None}, {"aud": "https://other.example"}, {"aud": [ISSUER, "https://x.example"]},
        {"exp": None}, {"exp": 1}, {"exp": int(time.time()) + 90_000}, {"exp": "9999999999"}, {"exp": True},
        {"iat": None}, {"iat": int(time.time()) + 3600}, {"nbf": int(time.time()) + 3600}, {"nbf": "1"},
        {"jti": None}, {"jti": ""}, {"jti": "j" * 300}, {"jti": 5},
    ],
)  # fmt: skip
def test_section_3_an_assertion_wrong_in_one_claim_is_an_invalid_grant(
    me: Person, bridge: Portal, changes: dict[str, Any]
) -> None:
    with nothing_changed():
        answer = ask(me, bridge, assertion(**changes))
    assert (answer["status"], answer["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "make",
    [
        lambda: assertion(key=ECKey.generate_key("P-256", {"kid": "n1"})),
        lambda: assertion(key=OctKey.generate_key(256), header={"alg": "HS256"}),
        lambda: "e30.e30.",
        lambda: "not a jwt",
        lambda: "a.b.c",
        lambda: assertion() + "x",
        lambda: assertion(extra="x" * 9000),
    ],
)
def test_section_3_a_signature_that_is_not_the_issuers_is_an_invalid_grant(
    me: Person, bridge: Portal, make: Callable[[], str]
) -> None:
    with nothing_changed():
        assert ask(me, bridge, make())["error"] == "invalid_grant"


def test_section_3_of_one_assertion_shown_many_times_at_once_one_is_good(app: Flask, bridge: Portal) -> None:
    text = assertion()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask(Person(app), bridge, text)["status"], range(8)))
    assert sorted(answers) == [200] + [400] * 7


def test_section_3_1_a_refused_scope_does_not_use_the_assertion_up(me: Person, bridge: Portal) -> None:
    text = assertion()
    assert ask(me, bridge, text, scope="profile")["error"] == "invalid_scope"
    assert ask(me, bridge, text)["status"] == 200


def test_section_2_1_the_assertion_is_demanded(me: Person, bridge: Portal) -> None:
    answer = me.token(bridge, {"grant_type": BEARER}).json or {}
    assert answer["error"] == "invalid_request"


def test_a_client_that_approved_nobody_cannot_use_the_grant(me: Person, tax: Portal) -> None:
    assert ask(me, tax)["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    "issuers",
    [
        [], [{}], [approved(subjects=[])], [approved(subjects="batch-1")], [approved(subjects=[7])],
        [approved(issuer="http://id.neighbour.example.gov")], [approved(), approved()], [approved(extra=1)],
        [approved(jwks={"keys": []})], [approved(jwks={"keys": [KEY.as_dict(private=True)]})],
        [approved(jwks={"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "x"}]})], [approved(jwks=7)],
    ],
)  # fmt: skip
def test_an_issuer_is_approved_with_its_keys_and_subjects(issuers: list[Any]) -> None:
    values = {"grant_types": [BEARER], "redirect_uris": [], "scopes": ["data.query"]}
    good = registrations.entry(**values, assertion_issuers=[approved()])
    assert registrations.refusal(good) is None
    assert registrations.refusal(registrations.entry(**values, assertion_issuers=issuers)) is not None
