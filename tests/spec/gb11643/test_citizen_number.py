"""GB 11643-1999: form, birth date, sequence and check of the citizen number."""

from datetime import date

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2 as oracle

from idp import settings
from idp.base.errors import Rejected
from idp.persons import number
from idp.persons.documents import checksum
from tests.spec.vectors import VECTORS


def refusal(text: str, **how: object) -> str:
    with pytest.raises(Rejected) as caught:
        number.parse(text, demo=True, **how)  # type: ignore[arg-type]
    assert caught.value.hint.isascii()
    return caught.value.code


@pytest.mark.parametrize("vector", VECTORS["ric_valid"], ids=lambda v: v["n"])
def test_a_valid_number_gives_its_birth_and_sex(vector: dict[str, str]) -> None:
    read = number.parse(vector["n"], demo=True)
    assert (read.kind, read.id_type, read.value) == ("citizen", "111", vector["n"])
    assert read.birth == date.fromisoformat(vector["birth"])
    assert read.sex == vector["sex"]
    assert read.value[-1] == vector["check"]
    assert read.nationality == "CHN"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("010101199003070190", "id_number.check"),
        ("010101199002300010", "id_number.date"),
        ("010101190002290018", "id_number.date"),
        ("010101209912310011", "id_number.date"),
        ("010101199013010019", "id_number.date"),
        ("010101184912310013", "id_number.date"),
        ("01010119900307019", "id_number.format"),
        ("0101011990030701X9", "id_number.format"),
        ("01010119900307019Х", "id_number.format"),
        ("", "id_number.format"),
    ],
)
def test_an_impossible_number_is_refused_with_its_reason(text: str, code: str) -> None:
    assert refusal(text) == code


def test_every_invalid_vector_is_refused_or_warned_of() -> None:
    for vector in VECTORS["ric_invalid"]:
        if vector["why"].endswith("warn"):
            assert "sequence.zero" in number.parse(vector["n"], demo=True).warnings
        else:
            assert refusal(vector["n"]).startswith("id_number.")


@pytest.mark.parametrize("vector", VECTORS["ric_normalise"], ids=lambda v: ascii(v["in"]))
def test_other_spellings_become_one(vector: dict[str, str]) -> None:
    assert number.parse(vector["in"], demo=True).value == vector["out"]


@pytest.mark.parametrize(
    "text",
    [
        "0101011990030701٩X",  # Arabic-Indic digit: no NFKC form in ASCII
        "010101१99003070190",
        "01010119900307019\u202eX",  # right-to-left override is not a zero-width space
        "01010119900307019X\u0000",
        "９" * 100,
        "010101199003070192\n0",
    ],
)
def test_text_that_only_resembles_a_number_is_refused(text: str) -> None:
    assert refusal(text) == "id_number.format"


def test_spaces_hyphens_and_zero_width_signs_are_dropped() -> None:
    assert number.parse(" 010101-1990\u200b0307\ufeff–019x\n", demo=True).value == "01010119900307019X"


def test_synthetic_regions_need_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Rejected, match=r"id_number\.format"):
        number.parse("01010119900307019X", demo=False)
    for switch in (False, True):
        chosen = settings.Settings(environment="test", allow_demo_regions=switch)
        monkeypatch.setattr(settings, "current", lambda chosen=chosen: chosen)
        if switch:
            assert number.parse("01010119900307019X").value == "01010119900307019X"
        else:
            with pytest.raises(Rejected, match=r"id_number\.format"):
                number.parse("01010119900307019X")


def test_an_unknown_region_is_a_warning_never_a_refusal() -> None:
    first17 = "16010119000101001"
    assert number.parse(first17 + checksum.mod_11_2(first17), demo=False).warnings == ("region.unknown",)
    assert number.parse("440305190304150084", demo=False).warnings == ()


def test_a_birth_counts_by_the_day_in_shanghai() -> None:
    born_today = "01010120261123001"
    text = born_today + checksum.mod_11_2(born_today)
    with time_machine.travel("2026-11-22T15:59:59+00:00", tick=False):
        assert refusal(text) == "id_number.date"
    with time_machine.travel("2026-11-22T16:00:00+00:00", tick=False):
        assert number.parse(text, demo=True).birth == date(2026, 11, 23)


def test_nobody_older_than_130_registers() -> None:
    eldest, older = "01010118951123001", "01010118951122001"
    assert number.parse(eldest + checksum.mod_11_2(eldest), demo=True).birth == date(1895, 11, 23)
    assert refusal(older + checksum.mod_11_2(older)) == "id_number.date"


def test_a_number_prints_as_its_mask() -> None:
    read = number.parse("01010119900307019X", demo=True)
    assert read.masked == "0****************X"
    assert "01010119900307019X" not in repr(read)
    assert "1990" not in repr(read)


def test_a_refusal_never_repeats_the_number() -> None:
    with pytest.raises(Rejected) as caught:
        number.parse("010101199003070190", demo=True)
    shown = f"{caught.value!r} {caught.value.hint} {caught.value.why} {caught.value.args}"
    assert "010101199003070190" not in shown


@pytest.mark.parametrize("vector", VECTORS["ric15_to_18"], ids=lambda v: v["in"])
def test_fifteen_digits_convert_in_the_archive_import_only(vector: dict[str, str]) -> None:
    read = number.parse(vector["in"], demo=True, archive=True)
    assert read.value == vector["out"]
    assert "generation.first" in read.warnings
    assert refusal(vector["in"]) == "id_number.format"


def test_the_archive_import_takes_the_long_dead() -> None:
    assert number.parse("010101184912310013", demo=True, archive=True).birth == date(1849, 12, 31)


@given(st.from_regex(r"[0-9]{17}", fullmatch=True))
def test_the_check_agrees_with_an_independent_one(first17: str) -> None:
    check = checksum.mod_11_2(first17)
    assert check == oracle.calc_check_digit(first17)
    assert oracle.is_valid(first17 + check)


@given(
    st.dates(date(1900, 1, 1), date(2026, 11, 22)), st.integers(1, 999), st.sampled_from(["010101", "440305"])
)
def test_every_issued_number_is_read_back(birth: date, sequence: int, region: str) -> None:
    first17 = f"{region}{birth:%Y%m%d}{sequence:03}"
    read = number.parse(first17 + checksum.mod_11_2(first17), demo=True)
    assert read.birth == birth
    assert read.sex == ("M" if sequence % 2 else "F")


@given(st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(place: int, digit: str) -> None:
    right = "010101198808082054"
    wrong = right[:place] + digit + right[place + 1 :]
    if wrong != right:
        assert refusal(wrong) in ("id_number.check", "id_number.format")


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        outcome = number.parse(text, demo=True).id_type
    except Rejected as refused:
        outcome = refused.code
    assert outcome in ("111", "414", "516", "553", "id_number.format", "id_number.check", "id_number.date")
