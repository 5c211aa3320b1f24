"""RFC 7591 §2.3, §3.1.1: software statements."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from clients.registration.service import issuers
from idp.base.clock import now
from tests.keyhost import new_key, public
from tests.records import nothing_changed
from tests.registrants import PLAIN, Registrant

ISSUER = "https://software.example"


@pytest.fixture
def key(stores: None) -> ECKey:
    """The key of an issuer that an operator registered."""
    made = new_key("s1")
    issuers.add(ISSUER, {"keys": [public(made)]}, operator="tester")
    return made


def statement(key: Any, *, alg: str = "ES256", **claims: object) -> str:
    """A statement about a payment application."""
    said = {"iss": ISSUER, "software_id": "pay-1", "client_name": "Stated Name"} | claims
    kept = {name: value for name, value in said.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid}, kept, key, algorithms=[alg])


def test_what_is_stated_wins_over_what_the_client_says(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §2.3: values of the statement take precedence over those in the request."""
    told = program.register(
        client_name="Other Name",
        software_id="other",
        software_statement=statement(key, redirect_uris=["https://stated.example/cb"]),
    ).told
    assert told["client_name"] == "Stated Name"
    assert told["software_id"] == "pay-1"
    assert told["redirect_uris"] == ["https://stated.example/cb"]


def test_a_stated_name_cannot_be_translated_away(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §2.2, §2.3: the same member in another language is the same member."""
    told = program.register(
        **{"client_name#zh-Hans": "国家政务平台", "client_name#en": "National Platform"},
        software_statement=statement(key),
    ).told
    assert [value for name, value in told.items() if name.startswith("client_name")] == ["Stated Name"]


def test_the_statement_is_told_back_unchanged(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §3.2.1: a software statement that was used is returned unmodified."""
    text = statement(key)
    own = program.register(software_statement=text)
    assert own.told["software_statement"] == text
    assert (own.get().json or {})["software_statement"] == text


def test_what_is_stated_is_judged_like_everything_else(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §3.1.1: a signed statement lifts no rule."""
    text = statement(key, redirect_uris=["http://stated.example/cb"])
    assert program.refused(software_statement=text)[:2] == (400, "invalid_redirect_uri")


def test_a_statement_states_metadata_only(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §2.3: what an operator settles is not an issuer's to state either."""
    told = program.register(
        software_statement=statement(key, client_id="tax", sector="tax.example", scope="openid"),
    ).told
    assert told["client_id"] != "tax"
    assert told["scope"] == "openid"


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://stranger.example"}, {"iss": None}, {"iss": 7}, {"iss": ["https://software.example"]}],
    ids=str,
)
def test_the_statement_of_a_strange_issuer_is_unapproved(
    program: Registrant, key: ECKey, claims: dict[str, object]
) -> None:
    """RFC 7591 §3.2.2: unapproved_software_statement."""
    with nothing_changed():
        refused = program.refused(software_statement=statement(key, **claims))
    assert refused[:2] == (400, "unapproved_software_statement")


def test_an_issuer_that_was_removed_is_a_stranger(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §3.2.2: approval is an operator's, and ends."""
    issuers.remove(ISSUER, operator="tester")
    assert program.refused(software_statement=statement(key))[1] == "unapproved_software_statement"


def broken(key: ECKey) -> dict[str, object]:
    whole = statement(key)
    head, body, signature = whole.split(".")
    other = new_key("s1")
    return {
        "no text": 7,
        "empty": "",
        "not a JWS": "a.b.c",
        "two parts": f"{head}.{body}",
        "unsigned": f"{head}.{body}.",
        "alg none": "eyJhbGciOiJub25lIn0." + body + ".",
        "another key": statement(other),
        "another body": f"{head}.{statement(other, client_name='Evil').split('.')[1]}.{signature}",
        "expired": statement(key, exp=now() - 61),
        "not yet": statement(key, nbf=now() + 61),
        "made tomorrow": statement(key, iat=now() + 86400),
        "a time that is a text": statement(key, exp="tomorrow"),
        "20 KB": statement(key, client_uri="https://x.example/" + "y" * 20_000),
        "not ASCII": whole + "é",
        "no claims": jwt.encode({"alg": "ES256", "kid": "s1"}, {}, key).split(".")[0] + ".W10." + signature,
    }


@pytest.mark.parametrize("case", broken(new_key("x")).keys())
def test_a_statement_without_a_good_signature_of_its_issuer_is_invalid(
    program: Registrant, key: ECKey, case: str
) -> None:
    """RFC 7591 §3.2.2: invalid_software_statement."""
    with nothing_changed():
        refused = program.refused(software_statement=broken(key)[case])
    assert refused[:2] == (400, "invalid_software_statement")


def test_an_unexpired_statement_is_good_at_its_edges(program: Registrant, key: ECKey) -> None:
    """RFC 7519 §4.1.4: exp, nbf and iat with a minute of leeway."""
    assert program.register(software_statement=statement(key, exp=now() - 55, nbf=now() + 55, iat=now() + 55))


def test_an_issuer_signs_with_the_algorithm_its_key_is_for(program: Registrant, stores: None) -> None:
    """RFC 8725 §3.1: a key is used with its own algorithms."""
    from joserfc.jwk import RSAKey

    key = RSAKey.generate_key(2048, {"kid": "r", "alg": "PS256"})
    issuers.add(ISSUER, {"keys": [public(key)]}, operator="tester")
    assert program.register(software_statement=statement(key, alg="PS256"))
    bare = RSAKey.import_key(key.as_dict(private=True) | {"alg": "RS256"})
    refused = program.refused(software_statement=statement(bare, alg="RS256"))
    assert refused[1] == "invalid_software_statement"


def test_an_issuer_may_renew_its_keys(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §2.3: how issuers are trusted is out of its scope; ours are registered with their keys."""
    fresh = new_key("s2")
    issuers.add(ISSUER, {"keys": [public(fresh)]}, operator="tester")
    assert program.register(software_statement=statement(fresh))
    assert program.refused(software_statement=statement(key))[1] == "invalid_software_statement"


def test_a_client_cannot_leave_its_statement(program: Registrant, key: ECKey) -> None:
    """RFC 7592 §2.2: a change replaces what the client says; what was stated stays, expired or not."""
    own = program.register(software_statement=statement(key, exp=now() + 1))
    issuers.remove(ISSUER, operator="tester")
    for change in ({"software_statement": None}, {}):
        assert own.put(**change, client_name="Other Name").status_code == 200
        assert own.told["client_name"] == "Stated Name"
        assert own.told["software_statement"]


def test_a_newer_statement_takes_the_place_of_the_older(program: Registrant, key: ECKey) -> None:
    """RFC 7592 §2.2: a statement is replaced by another that is believed, and by no other."""
    own = program.register(software_statement=statement(key))
    assert own.put(software_statement=statement(new_key("s1"))).status_code == 400
    newer = statement(key, client_name="Newer Name")
    assert own.put(software_statement=newer).status_code == 200
    assert own.told["client_name"] == "Newer Name"
    assert own.told["software_statement"] == newer


def test_null_is_no_statement(program: Registrant, key: ECKey) -> None:
    """RFC 7591 §2: a member without a value is as if it were left out."""
    assert "software_statement" not in (program.post(PLAIN | {"software_statement": None}).json or {})
