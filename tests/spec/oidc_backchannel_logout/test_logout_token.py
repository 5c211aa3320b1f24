"""OpenID Connect Back-Channel Logout 1.0 §2.4: the logout token."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from clients import client_keys
from idp import keyring
from idp.logout import jobs
from idp.logout import service as logout
from idp.store import redis
from tests import registrations
from tests.actors import ISSUER, Person, citizen, decode, portal
from tests.conftest import MovableClock
from tests.keyhost import key_host, new_key
from tests.recipient import opened, reading_portal
from tests.registrants import PLAIN, Registrant
from tests.sink import Sink, document, sink

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def listening() -> Iterator[Sink]:
    """The logout address of a portal."""
    with sink() as made:
        yield made


@pytest.fixture
def told(me: Person, listening: Sink) -> tuple[dict[str, Any], str]:
    """The ID token's claims of a portal, and the logout token it got after its own logout request."""
    one = portal("tax", backchannel_logout_uri=listening.uri)
    hint = me.tokens(one)["id_token"]
    me.get(me.get(f"/end_session?id_token_hint={hint}").location)
    assert jobs.deliver_due() == 1
    (form,) = listening.forms
    assert set(form) == {"logout_token"}
    (token,) = form["logout_token"]
    return decode(hint), token


def test_section_2_5_it_is_posted_as_a_form(told: Any, listening: Sink) -> None:
    assert listening.requests == [("POST", "/logout")]
    assert listening.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"


def test_section_2_4_it_is_typed_and_signed_by_a_published_key(
    me: Person, told: tuple[dict[str, Any], str]
) -> None:
    part = told[1].split(".")[0]
    header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert (header["typ"], header["alg"]) == ("logout+jwt", "ES256")
    keys = KeySet.import_key_set(me.get("/jwks").json)  # type: ignore[arg-type]
    jwt.decode(told[1], keys, algorithms=["ES256"])


def test_section_2_4_it_holds_the_required_claims_and_no_nonce(told: tuple[dict[str, Any], str]) -> None:
    claims = decode(told[1])
    assert set(claims) == {"iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"}
    assert (claims["iss"], claims["aud"]) == (ISSUER, "tax")
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert claims["events"] == {EVENT: {}}


def test_section_2_4_subject_and_session_are_those_of_the_id_token(told: tuple[dict[str, Any], str]) -> None:
    identity, claims = told[0], decode(told[1])
    assert (claims["sub"], claims["sid"]) == (identity["sub"], identity["sid"])


def test_two_portals_are_told_of_two_subjects_and_two_sessions(me: Person, stores: None) -> None:
    with sink() as one, sink() as two:
        for name, at in (("one", one), ("two", two)):
            me.tokens(portal(name, backchannel_logout_uri=at.uri))
        hint = me.tokens(portal("three"))["id_token"]
        me.get(me.get(f"/end_session?id_token_hint={hint}").location)
        assert jobs.deliver_due() == 2
        first, second = (decode(at.forms[0]["logout_token"][0]) for at in (one, two))
    assert not {first["sub"], first["sid"], first["jti"]} & {second["sub"], second["sid"], second["jti"]}


def test_a_portal_that_was_not_entered_is_not_told(me: Person, listening: Sink, stores: None) -> None:
    portal("quiet", backchannel_logout_uri=listening.uri)
    hint = me.tokens(portal("tax"))["id_token"]
    me.get(me.get(f"/end_session?id_token_hint={hint}").location)
    assert jobs.deliver_due() == 0
    assert listening.forms == []


def test_section_2_6_it_is_encrypted_where_id_tokens_are(me: Person, listening: Sink) -> None:
    """Back-Channel Logout 1.0 §2.6: with the keys and algorithms that were registered for ID tokens."""
    one = reading_portal(
        "tax", backchannel_logout_uri=listening.uri, id_token_encrypted_response_alg="ECDH-ES"
    )
    hint = opened(me.tokens(one)["id_token"]).text
    me.get(me.get(f"/end_session?id_token_hint={hint}").location)
    assert jobs.deliver_due() == 1
    made = opened(listening.forms[0]["logout_token"][0])
    assert (made.header["alg"], made.header["cty"]) == ("ECDH-ES", "JWT")
    assert keyring.verify(made.text, typ="logout+jwt")["sid"] == decode(hint)["sid"]


def test_section_2_6_without_the_key_it_is_told_later_and_never_in_the_open(
    me: Person, listening: Sink, time_travel: MovableClock
) -> None:
    """Back-Channel Logout 1.0 §2.6: an unencrypted token would be refused, so none is sent."""
    key = new_key("enc", use="enc")
    with key_host(key) as host:
        one = reading_portal(
            "tax", backchannel_logout_uri=listening.uri, jwks={}, jwks_uri=host.uri,
            id_token_encrypted_response_alg="ECDH-ES",
        )  # fmt: skip
        hint = opened(me.tokens(one)["id_token"], key).text
        me.get(me.get(f"/end_session?id_token_hint={hint}").location)
        good, host.behaviour = host.behaviour, document(b"", status=500)
        client_keys.forget()
        redis.call("FLUSHALL")
        assert jobs.deliver_due() == 1
        assert listening.forms == []
        host.behaviour = good
        time_travel.advance(60)
        assert jobs.deliver_due() == 1
    assert opened(listening.forms[0]["logout_token"][0], key).header["kid"] == "enc"


def test_section_2_1_the_metadata_says_so(me: Person) -> None:
    """Back-Channel Logout 1.0 §2.1: backchannel_logout_supported, backchannel_logout_session_supported."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True


@pytest.mark.parametrize(
    "uri", ["/logout", "http://good.example/out", "https://good.example/out#x", "ftp://good.example/out"]
)
def test_section_2_2_the_address_is_judged_when_it_is_registered(uri: str) -> None:
    """Back-Channel Logout 1.0 §2.2: an absolute URI without a fragment; https."""
    good = registrations.entry(backchannel_logout_uri="https://good.example/out?a=1")
    assert registrations.refusal(good, environment="production") is None
    bad = registrations.entry(backchannel_logout_uri=uri)
    assert registrations.refusal(bad, environment="production") is not None


@pytest.mark.parametrize(("required", "told"), [(True, 0), (False, 1)])
def test_section_2_2_who_needs_a_sid_is_sent_no_token_without_one(
    me: Person, listening: Sink, required: bool, told: int
) -> None:
    """Back-Channel Logout 1.0 §2.2: else sub alone names all sessions."""
    portal("tax", backchannel_logout_uri=listening.uri, backchannel_logout_session_required=required)
    logout.tell(["tax"], citizen("010102195109231025", "李示兰"))
    assert jobs.deliver_due() == told
    assert all("sid" not in decode(form["logout_token"][0]) for form in listening.forms)


def test_section_2_2_the_need_of_a_sid_is_registered_and_told_back(program: Registrant) -> None:
    """Back-Channel Logout 1.0 §2.2: a member of the registration; it goes with an address."""
    address = {"backchannel_logout_uri": "https://suite.example.org/out"}
    answer = program.post({**PLAIN, **address, "backchannel_logout_session_required": True})
    assert (answer.json or {})["backchannel_logout_session_required"] is True
    bare = registrations.entry(backchannel_logout_session_required=True)
    assert registrations.refusal(bare) is not None


def test_section_2_2_a_registered_query_is_kept(me: Person, listening: Sink) -> None:
    """Back-Channel Logout 1.0 §2.2: the address may have a query."""
    hint = me.tokens(portal("tax", backchannel_logout_uri=f"{listening.uri}?a=1"))["id_token"]
    me.get(me.get(f"/end_session?id_token_hint={hint}").location)
    assert jobs.deliver_due() == 1
    assert listening.requests == [("POST", "/logout?a=1")]
