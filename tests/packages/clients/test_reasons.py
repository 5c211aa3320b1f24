"""Reasons of rules, found again in Chinese: whatever stands in a registration."""

import pytest

from clients import manifest, reasons
from tests.applying import registration
from tests.registrations import entry

pytestmark = pytest.mark.usefixtures("stores")

TEXTS = (
    "", "x", "=SUM(1)", " x", "<b>", "\u200b", "x" * 4001, "*", "http://a", "https://localhost/",
    "https://a.example:22/", "https://a.example/#", "https://a@b.example/", "https://a.example/%zz",
    "HTTPS://A", "::1", "l9", "idcard", "0", "none", "private_key_jwt", "self_signed_tls_client_auth",
    "tls_client_auth", "fapi2-message-signing", "native", "sandbox", "ping", "RS256", "A128GCM",
)  # fmt: skip
LISTS = ([], ["x", "x"], ["urn:openid:params:grant-type:ciba"], ["client_credentials"], ["refresh_token"])
KEYS = (
    {}, {"kty": "oct", "k": "AA"}, {"kty": "RSA", "kid": "a", "n": "A", "e": "AQAB"},
    {"kty": "RSA", "kid": "a", "n": "not base64url!", "e": "AQAB"},
    {"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": "EC", "kid": "a", "crv": "P-256", "x": "é", "y": "?"},
    {"kty": "EC", "kid": "a", "crv": "P-521", "x": "AA", "y": "AA"},
    {"kty": "OKP", "kid": "a", "crv": "Ed25519", "x": "A"},
    {"kty": "OKP", "kid": "", "crv": "Ed25519", "x": "A", "y": 1},
)  # fmt: skip
VALUES = (
    *TEXTS,
    *LISTS,
    *({"keys": [key]} for key in KEYS),
    {"keys": []},
    {"x": "y"},
    None,
    True,
    -1,
    10**12,
)


@pytest.mark.parametrize("key", manifest.KEYS)
def test_whatever_a_member_holds_every_fault_of_it_is_told_in_chinese(key: str) -> None:
    english = set()
    for one in VALUES:
        for base in (entry(), registration(client_id="portal-a")):
            for value in (one, [one]):
                _, faults = manifest.judge({**base, key: value})
                english |= {reason for _, reason in faults if not reasons.chinese(reason)}
    assert not english


def test_what_an_outsider_typed_is_a_value_and_nothing_more() -> None:
    key = {"kty": "EC", "{0}": 1, "is missing": 1, "\\1": 1}
    _, faults = manifest.judge(entry(jwks={"keys": [key]}))
    assert [reasons.chinese(reason) for _, reason in faults] == [
        "公钥keys[0]含有不支持的成员：\\1, is missing, {0}"
    ]


def test_what_no_rule_says_has_no_chinese_form() -> None:
    assert not any(map(reasons.chinese, ("", "must be", "is odd", "keys[0] ", "must have 2 to characters")))


def test_values_stand_where_the_language_has_them() -> None:
    said = "must be one of ES256, PS256 under the profile fapi2"
    assert reasons.chinese(said) == "安全规范档次fapi2要求为下列之一：ES256, PS256"
