"""The last guard before a record or a log line."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.base.redaction import is_credit_code, printable, redact
from idp.base.secret import random_token

NUMBER = "01010119900307019X"


@pytest.mark.parametrize(
    "text",
    [
        NUMBER, NUMBER.lower(), f"id={NUMBER}", f"x{NUMBER}y", f"%20{NUMBER}", f"%3D{NUMBER}",
        "010101 19900307 019X", "010101-19900307-019X", "010101900307019",
        "０１０１０１１９９００３０７０１９X",
    ],
)  # fmt: skip
def test_a_citizen_number_is_masked_in_every_writing(text: str) -> None:
    assert not re.search(r"\d{6}", redact(text))


@pytest.mark.parametrize("text", ["ABC123456789012", "H12345678", "M1234567890"])
def test_permit_numbers_are_masked(text: str) -> None:
    assert text not in redact(f"permit {text} shown")


@pytest.mark.parametrize(
    "text", ["13812345678", "+8613812345678", "0086-138-1234-5678", "%2B8613812345678", "%2013812345678"]
)
def test_a_mobile_number_keeps_three_and_four_digits(text: str) -> None:
    assert redact(f"to {text}.").count("138****5678") == 1


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2", 'PASSWORD="hunter2"', '{"code_verifier": "hunter2"}',
        "'client_secret': 'hunter2'",
        "GET /cb?state=1&code=hunter2&iss=x", "Authorization: Basic hunter2", "authorization: bearer hunter2",
        "Cookie: __Host-sid=hunter2; lang=zh",
    ],
)  # fmt: skip
def test_a_secret_with_a_name_is_masked(text: str) -> None:
    assert "hunter2" not in redact(text)


@pytest.mark.parametrize("nbytes", [24, 32, 48, 64])
def test_random_tokens_are_masked(nbytes: int) -> None:
    for _ in range(200):
        token = random_token(nbytes)
        assert token[:12] not in redact(f"got {token} here")


@pytest.mark.parametrize(
    "text",
    [
        "0b0f3f3e-7a0e-4a58-9a52-138001380001", "1763780000", "192.168.100.200", "2001:db8::1",
        "2026-11-22T02:10:00Z", "unmet_authentication_requirements", "urn:gov-sso:acr:l2",
        "91440101MA5ABCDE0X",
        "https://portal.example:8443/a/callback", "error code: invalid_grant",
    ],
)  # fmt: skip
def test_what_is_not_personal_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_a_credit_code_of_digits_is_told_from_a_citizen_number() -> None:
    assert is_credit_code("91440101MA5ABCDE0X")
    assert is_credit_code("914401017000000002")
    assert not is_credit_code("010101199003070050")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb", r"a\r\nb"), ("\x1b[31mred", r"\x1b[31mred"), ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("\x85", r"\x85"), ("\u202egnp", r"\u202egnp"), ("nul\0", r"nul\x00"), ("\ud800", r"\ud800"),
        ("税务", "税务"), ("\t", r"\t"),
    ],
)  # fmt: skip
def test_control_and_direction_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_the_guard_never_raises_and_leaves_printable_text(text: str) -> None:
    assert redact(printable(text)).isprintable()


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "1" * 200_000, "eyJ" * 60_000, "Bearer " * 30_000, "a-" * 100_000, "A_" * 100_000]
)
def test_a_hostile_text_takes_no_more_than_linear_time(text: str) -> None:
    start = time.process_time()
    redact(text)
    assert time.process_time() - start < 2
