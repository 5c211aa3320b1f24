"""OpenID Connect Core 1.0 §2, §3.1.3.6: the ID token."""

import base64
import hashlib
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.actors import ISSUER, Person, Portal, decode, portal

STANDARD = {
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid",
}  # fmt: skip


def header(token: str) -> dict[str, Any]:
    part = token.split(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_section_2_it_is_signed_by_a_published_key_with_the_registered_algorithm(
    me: Person, stores: None, algorithm: str
) -> None:
    token = me.tokens(portal("one", id_token_signed_response_alg=algorithm))["id_token"]
    assert header(token)["alg"] == algorithm
    keys = KeySet.import_key_set(me.get("/jwks").json)  # type: ignore[arg-type]
    assert jwt.decode(token, keys, algorithms=[algorithm]).claims["aud"] == "one"


def test_section_2_the_required_claims_are_there_and_no_others(me: Person, tax: Portal) -> None:
    claims = decode(me.tokens(tax, scope="openid")["id_token"])
    assert set(claims) == STANDARD
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "tax", "n-1")
    assert claims["exp"] - claims["iat"] == tax.client.id_token_lifetime
    assert all(type(claims[name]) is int for name in ("exp", "iat", "auth_time"))


def test_section_2_scope_claims_do_not_stand_in_it_unasked(me: Person, tax: Portal) -> None:
    claims = decode(me.tokens(tax, scope="openid profile realname age")["id_token"])
    assert set(claims) == STANDARD | {"user_type", "ial", "aal"}


def test_section_2_the_subject_is_short_ascii(me: Person, tax: Portal) -> None:
    subject = decode(me.tokens(tax)["id_token"])["sub"]
    assert subject.isascii()
    assert 1 <= len(subject) <= 255


def test_section_2_the_nonce_is_returned_unmodified(me: Person, tax: Portal) -> None:
    nonce = "n " + "é" * 100 + '"\\&='
    assert decode(me.tokens(tax, nonce=nonce)["id_token"])["nonce"] == nonce


def test_section_2_no_nonce_stands_there_when_none_was_sent(me: Person, tax: Portal) -> None:
    assert "nonce" not in decode(me.tokens(tax, nonce=None)["id_token"])


def test_section_3_1_3_6_at_hash_is_the_left_half_of_the_hash_of_the_access_token(
    me: Person, tax: Portal
) -> None:
    made = me.tokens(tax)
    half = hashlib.sha256(made["access_token"].encode()).digest()[:16]
    expected = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert decode(made["id_token"])["at_hash"] == expected


def test_section_12_2_a_refreshed_one_keeps_who_when_and_for_whom(me: Person, tax: Portal) -> None:
    made = me.tokens(tax)
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    again = me.token(tax, form).json or {}
    before, after = decode(made["id_token"]), decode(again["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid"):
        assert before[name] == after[name], name
    assert "nonce" not in after
    assert after["iat"] >= before["iat"]
    assert before["at_hash"] != after["at_hash"]


def test_section_8_1_two_sectors_see_two_subjects_and_one_sector_one(me: Person, tax: Portal) -> None:
    other, same = portal("other"), portal("same", sector=tax.client.sector)
    subjects = [decode(me.tokens(one)["id_token"])["sub"] for one in (tax, other, same, tax)]
    assert len(set(subjects)) == 2
    assert subjects[0] == subjects[2] == subjects[3]


def test_back_channel_logout_2_1_the_sid_is_of_one_session_and_one_portal(
    me: Person, tax: Portal, health: Portal
) -> None:
    one, again, two = (decode(me.tokens(at)["id_token"])["sid"] for at in (tax, tax, health))
    assert one == again != two
