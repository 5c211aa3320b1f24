"""GB 32100-2015: form and check of the unified social credit code, and the older codes (GB 11714, GS 15)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as oracle
from stdnum.iso7064 import mod_11_10 as registration_oracle

from idp import settings
from idp.base.errors import Rejected
from idp.organizations import checksum, code
from tests.spec.vectors import VECTORS


def refusal(text: str) -> str:
    with pytest.raises(Rejected) as caught:
        code.parse(text, demo=True)
    assert caught.value.hint.isascii()
    return caught.value.code


@pytest.mark.parametrize("vector", VECTORS["uscc_valid"], ids=lambda v: v["n"])
def test_a_valid_code_gives_the_older_code_inside(vector: dict[str, str]) -> None:
    read = code.parse(vector["n"], demo=True)
    assert read.value == vector["n"]
    assert read.warnings == ()
    assert code.parse_older(read.organization_code).shown == vector["org_code"]


@pytest.mark.parametrize(("check", "text"), VECTORS["uscc_one_per_check"].items())
def test_each_of_the_31_check_characters_is_computed(check: str, text: str) -> None:
    assert checksum.credit_code(text[:17]) == check
    assert code.parse(text, demo=True).value == text


def test_remainder_zero_gives_check_zero() -> None:
    assert checksum.credit_code("91010101MA000012X") == "0"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("91010101MA000012X1", "credit_code.check"),
        ("91010101MA0I0012X0", "credit_code.format"),
        ("91010101MA0O0012X0", "credit_code.format"),
        ("91010101MA000012X", "credit_code.format"),
        ("9101010AMA000012X0", "credit_code.format"),
        ("91010101МA000012X0", "credit_code.format"),  # Cyrillic М
        ("MA01DEM0-7", "credit_code.format"),
        ("", "credit_code.format"),
        ("9" * 1000, "credit_code.format"),
    ],
)
def test_an_impossible_code_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert refusal(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "91010101ma000012x0",
        "９１０１０１０１ＭＡ００００１２Ｘ０",
        "910101 01MA 000012-X0",
        "\ufeff91010101MA000012X0\n",
    ],
)
def test_other_spellings_become_one(text: str) -> None:
    assert code.parse(text, demo=True).value == "91010101MA000012X0"


def test_a_letter_read_for_a_digit_is_refused_not_guessed() -> None:
    assert refusal("91O10101MA000012X0") == "credit_code.format"
    assert refusal("9101010IMA000012X0") == "credit_code.format"


def test_synthetic_regions_need_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Rejected, match=r"credit_code\.format"):
        code.parse("91010101MA01DEM07P", demo=False)
    chosen = settings.Settings(environment="test", allow_demo_regions=True)
    monkeypatch.setattr(settings, "current", lambda: chosen)
    assert code.parse("91010101MA01DEM07P").region == "010101"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("91010101MA01DEM07P", "enterprise"),
        ("92020101MA03ABCD7B", "individual_business"),
        ("93020202MA04WXY95P", "cooperative"),
        ("11010000000012343L", "government"),
        ("12010101123456788P", "public_institution"),
        ("52010101MJ0TEWT12L", "social_organization"),
        ("Y1020000MBAAAA114U", "other"),
    ],
)
def test_the_first_two_places_tell_the_kind(text: str, kind: str) -> None:
    assert code.parse(text, demo=True).kind == kind


def test_a_wrong_inner_code_and_an_unknown_authority_only_warn() -> None:
    inner = "91010101123456780"
    read = code.parse(inner + checksum.credit_code(inner), demo=True)
    assert read.warnings == ("organization_code.mismatch",)
    authority = "B1010101123456788"
    assert code.parse(authority + checksum.credit_code(authority), demo=True).warnings == (
        "authority.unknown",
    )


def test_only_the_register_can_confirm_a_code_that_fails_its_check() -> None:
    assert code.parse("91010101MA000012X1", demo=True, confirmed=True).warnings == ("check.mismatch",)


@pytest.mark.parametrize("text", VECTORS["org_valid"])
def test_an_organisation_code_keeps_its_printed_form(text: str) -> None:
    read = code.parse_older(text)
    assert (read.type, read.shown, read.value) == ("organization_code", text, text.replace("-", ""))


@pytest.mark.parametrize("text", VECTORS["bizreg15_valid"])
def test_a_registration_number_has_15_digits_and_a_check(text: str) -> None:
    read = code.parse_older(text)
    assert (read.type, read.value, read.shown) == ("registration_number", text, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12345678-9", "credit_code.check"),
        ("010101000000014", "credit_code.check"),
        ("1234567", "credit_code.format"),
        ("91010101MA01DEM07P", "credit_code.format"),
    ],
)
def test_an_impossible_older_code_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        code.parse_older(text)
    assert caught.value.code == reason


@given(st.from_regex(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True))
def test_the_check_agrees_with_an_independent_one(first17: str) -> None:
    check = checksum.credit_code(first17)
    assert check == oracle.calc_check_digit(first17)
    assert code.parse(first17 + check, demo=True).value == first17 + check


@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_the_registration_check_agrees_with_an_independent_one(first14: str) -> None:
    assert checksum.registration_number(first14) == registration_oracle.calc_check_digit(first14)


@given(st.integers(0, 17), st.sampled_from(checksum.ALPHABET))
def test_one_wrong_character_is_always_found(place: int, character: str) -> None:
    right = "91010101MA0000146T"
    wrong = right[:place] + character + right[place + 1 :]
    if wrong != right:
        assert refusal(wrong).startswith("credit_code.")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        outcome: object = type(code.parse(text, demo=True))
    except Rejected as refused:
        outcome = refused.code
    assert outcome in (code.CreditCode, "credit_code.format", "credit_code.check")
