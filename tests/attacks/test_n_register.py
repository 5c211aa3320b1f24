"""Attack book, group N at registration: N01 N04 N05 N06 N09 N10 N14 N18 N21, in every member."""

import gzip
import time
from typing import Any

import pytest

import clients
from clients.registration import metadata
from tests.actors import ISSUER, Person, Portal
from tests.attacks.test_n_sweep import NASTY, is_clean
from tests.records import events, nothing_changed
from tests.registrants import PLAIN, Own, Registrant

MEMBERS = (
    *metadata.SAME, "client_name", "client_name#zh-Hans", "client_uri", "logo_uri", "policy_uri", "tos_uri",
    "scope", "subject_type", "software_statement", "client_id", "client_secret",
)  # fmt: skip
#: What no member takes, whatever its type.
ODD: dict[str, Any] = {
    "nothing": None,
    "true": True,
    "number": -1,
    "large": 2**63,
    "fraction": 1.5,
    "list": [[[]]],
    "object": {"a": {"b": {}}},
    "mixed": ["x", 1, None, {}],
    "many": ["x"] * 5000,
    **NASTY,
}


@pytest.mark.parametrize("kind", ODD)
def test_n01_n04_n09_n21_no_value_of_a_member_breaks_the_endpoint(program: Registrant, kind: str) -> None:
    began = time.monotonic()
    for member in MEMBERS:
        value = ODD[kind]
        answer = program.post(PLAIN | {member: value})
        is_clean(answer)
        assert answer.status_code in (201, 400, 413, 429), member
        is_clean(program.post(PLAIN | {member: [value] if not isinstance(value, list) else value}))
        forget_the_count()
    assert time.monotonic() - began < 60


def forget_the_count() -> None:
    """What is asked here is more than one address may ask in a minute."""
    from idp.store import redis

    for key in redis.call("KEYS", "rate:*"):
        redis.call("DEL", key)


@pytest.mark.parametrize("kind", ODD)
def test_n01_no_value_of_a_member_breaks_a_change(program: Registrant, kind: str) -> None:
    own = program.register()
    for member in ("client_id", "client_secret", "redirect_uris", "client_name", "scope", "jwks"):
        is_clean(own.put(**{member: ODD[kind]}))
    assert own.get().status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"[" * 65_000, b'{"a":' * 13_000, b'{"x":' + b"[" * 500 + b"]" * 500 + b"}",
     b'{"x":' * 901 + b"1" + b"}" * 901],
    ids=["brackets", "braces", "nested lists", "nested objects"],
)  # fmt: skip
def test_n05_a_deep_body_is_refused_fast(program: Registrant, body: bytes) -> None:
    began = time.monotonic()
    with nothing_changed():
        assert program.post(body).status_code == 400
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"redirect_uris":["https://app.example.org/cb"],"redirect_uris":["https://evil.example/cb"]}',
        b'{"redirect_uris":["https://app.example.org/cb"],"scope":"openid","sc\\u006fpe":"openid profile"}',
        b'{"redirect_uris":["https://app.example.org/cb"],"jwks":{"keys":[],"keys":[]}}',
    ],
    ids=["twice", "spelled otherwise", "inside"],
)
def test_n06_a_member_given_twice_is_refused(program: Registrant, body: bytes) -> None:
    with nothing_changed():
        answer = program.post(body)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["{{config}}", "${7*7}", "{% for x in y %}", "%s%n", "{0.__class__}"])
def test_n09_a_template_in_a_name_is_refused(program: Registrant, name: str) -> None:
    assert program.refused(client_name=name)[:2] == (400, "invalid_client_metadata")


def test_n10_hostile_text_makes_one_record_a_line(program: Registrant) -> None:
    program.refused(client_name="a\r\nb", redirect_uris=["https://x.example/\r\n{}"])
    (refused,) = events("client.register_refused")
    assert refused.reason.isprintable()
    program.send("GET", "/register/a%0d%0ab", token="x\x1b[2J")
    assert all(event.client == "" for event in events("client.register_refused"))


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip"])
def test_n14_a_packed_body_is_refused_unopened(program: Registrant, coding: str) -> None:
    body = gzip.compress(b" " * 10_000_000)
    with nothing_changed():
        answer = program.post(body, **{"Content-Encoding": coding})
    assert answer.status_code == 415


def test_n18_a_method_in_a_header_or_a_member_is_ignored(program: Registrant) -> None:
    own = program.register()
    for headers in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "DELETE"}):
        assert own.get(**headers).status_code == 200
    assert own.put(_method="DELETE").status_code == 200
    assert clients.find(own.id)


def test_n21_what_is_registered_is_text_on_every_page(program: Registrant, me: Person) -> None:
    own: Own = program.register(
        client_name="O'Neil & Sons (Ltd.)",
        policy_uri='https://app.example.org/p?a=1&b="'.replace('"', "%22"),
        client_uri="https://app.example.org/(x)",
    )
    client = clients.find(own.id)
    assert client
    answer = me.authorize(Portal(client=client, secret=""))
    while not answer.location.startswith("/consent/"):
        answer = me.get(answer.location)
    page = me.get(answer.location)
    is_clean(page)
    assert "O&#39;Neil &amp; Sons (Ltd.)" in page.text
    assert "a=1&amp;b=%22" in page.text
    assert ISSUER in page.text
