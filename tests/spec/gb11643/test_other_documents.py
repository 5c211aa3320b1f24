"""Documents beside the citizen number: residence, foreign and travel permits, passports, free text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.base.errors import Rejected
from idp.persons import number
from idp.persons.documents import DOCUMENTS, checksum
from tests.spec.vectors import VECTORS


def refusal(text: str, **how: object) -> str:
    with pytest.raises(Rejected) as caught:
        number.parse(text, **({"demo": True} | how))  # type: ignore[arg-type]
    return caught.value.code


@pytest.mark.parametrize("vector", VECTORS["hmt_valid"], ids=lambda v: v["n"])
def test_a_residence_permit_is_a_citizen_form_with_its_own_kind(vector: dict[str, str]) -> None:
    read = number.parse(vector["n"], demo=False)
    assert (read.kind, read.id_type, read.value, read.sex) == (
        "hmt_permit",
        "111",
        vector["n"],
        vector["sex"],
    )
    assert read.hmt == {"81": "HK", "82": "MO", "83": "TW"}[vector["region"][:2]]
    assert read.warnings == ()


def test_a_residence_permit_with_a_wrong_check_or_date_is_refused() -> None:
    assert refusal("810000190102030115") == "id_number.check"
    assert refusal("81000019010230011" + checksum.mod_11_2("81000019010230011")) == "id_number.date"


@pytest.mark.parametrize("vector", VECTORS["fpr18_valid"], ids=lambda v: v["n"])
def test_a_foreign_permit_of_2023_carries_a_birth_date_but_no_sex(vector: dict[str, str]) -> None:
    read = number.parse(vector["n"], demo=True)
    assert (read.kind, read.id_type, read.value) == ("permanent_resident", "553", vector["n"])
    assert read.birth is not None
    assert f"{read.birth:%Y%m%d}" == vector["birth"]
    assert read.sex is None


def test_the_published_specimen_of_the_new_permit_passes() -> None:
    assert number.parse("932682198501010017", demo=False).birth == date(1985, 1, 1)


@pytest.mark.parametrize("vector", VECTORS["fpr15_valid"], ids=lambda v: v["n"])
def test_an_old_foreign_permit_names_the_country_and_no_century(vector: dict[str, str]) -> None:
    read = number.parse(vector["n"], demo=True)
    assert (read.kind, read.id_type, read.nationality) == ("permanent_resident", "553", vector["n"][:3])
    assert read.birth is None
    assert read.warnings == ()


def test_the_check_of_an_old_foreign_permit_only_warns() -> None:
    assert number.parse("KAZ110090123105", demo=False).warnings == ()
    assert number.parse("KAZ110090123106", demo=False).warnings == ("check.mismatch",)


def test_an_old_foreign_permit_needs_a_date_of_some_century() -> None:
    assert refusal("UTO010199023010") == "id_number.date"
    leap = number.parse("UTO010100022910", demo=True)  # 2000 had a 29 February, 1900 had none
    assert leap.warnings == ("check.mismatch",)


def test_synthetic_provinces_of_foreign_permits_need_the_switch() -> None:
    assert refusal("901999190203040016", demo=False) == "id_number.format"
    assert refusal("UTO010102030413", demo=False) == "id_number.format"


def test_the_first_digits_of_18_characters_tell_the_document() -> None:
    samples = {
        "911826190001010 01X": "permanent_resident",
        "810000190102030114": "hmt_permit",
        "820000190102030116": "hmt_permit",
        "830000190102030118": "hmt_permit",
        "650102190111110667": "citizen",
    }
    assert {text: number.parse(text, demo=False).kind for text in samples} == samples


def test_a_number_of_one_type_is_refused_as_another() -> None:
    assert refusal("010101198808082054", id_type="553") == "id_number.format"
    assert refusal("901999190203040016", id_type="111") == "id_number.format"
    assert refusal("H12345678", id_type="511") == "id_number.format"
    assert refusal("010101198808082054", id_type="001") == "id_number.format"


@pytest.mark.parametrize(
    ("text", "issuer", "value", "masked"),
    [
        ("p 1234567", "uto", "UTO/P1234567", "P******7"),
        ("UTO/P1234567", "", "UTO/P1234567", "P******7"),
        ("E12345678", "CHN", "CHN/E12345678", "E*******8"),
        ("EA1234567", "CHN", "CHN/EA1234567", "E*******7"),
        ("L01X00T47", "D".ljust(3, "X"), "DXX/L01X00T47", "L*******7"),
    ],
)
def test_a_passport_is_one_with_its_issuing_state(text: str, issuer: str, value: str, masked: str) -> None:
    read = number.parse(text, id_type="414", issuer=issuer, demo=True)
    assert (read.kind, read.id_type, read.value, read.masked) == ("passport", "414", value, masked)
    assert read.nationality == value[:3]


def test_one_passport_number_of_two_states_is_two_values() -> None:
    first = number.parse("P1234567", id_type="414", issuer="AAA", demo=False)
    second = number.parse("P1234567", id_type="414", issuer="BBB", demo=False)
    assert first.value != second.value


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("P1234567", ""),
        ("P123", "UTO"),
        ("P" * 16, "UTO"),
        ("E1234567", "CHN"),
        ("P12-Ж67", "UTO"),
        ("P1/234567", "UTO"),
    ],
)
def test_a_passport_without_state_or_form_is_refused(text: str, issuer: str) -> None:
    assert refusal(text, id_type="414", issuer=issuer) == "id_number.format"


def test_a_specimen_passport_needs_the_switch() -> None:
    assert refusal("P1234567", id_type="414", issuer="UTO", demo=False) == "id_number.format"


def test_a_passport_of_the_special_regions_only_warns() -> None:
    assert number.parse("K12345678", id_type="414", issuer="CHN", demo=False).warnings == (
        "passport.not_ordinary",
    )


@pytest.mark.parametrize(("text", "hmt"), [("H12345678", "HK"), ("m12345678", "MO")])
def test_a_travel_permit_of_hong_kong_and_macao_is_told_by_its_letter(text: str, hmt: str) -> None:
    read = number.parse(text, demo=False)
    assert (read.kind, read.id_type, read.value, read.hmt) == ("travel_permit_hm", "516", text.upper(), hmt)


def test_a_count_of_reissues_is_not_part_of_the_identity() -> None:
    read = number.parse("H1234567801", id_type="516", demo=False)
    assert (read.value, read.warnings) == ("H12345678", ("reissue.dropped",))


def test_a_travel_permit_of_taiwan_must_be_named() -> None:
    assert number.parse("12345678", id_type="511", demo=False).hmt == "TW"
    assert number.parse("1234567801b", id_type="511", demo=False).value == "1234567801B"
    assert refusal("12345678") == "id_number.format"
    assert refusal("1234567", id_type="511") == "id_number.format"


def test_papers_without_a_form_are_kept_with_their_issuer() -> None:
    card = number.parse("示字第 0001号", id_type="114", issuer="示范军区", demo=False)
    assert (card.kind, card.value) == ("military", "示范军区/示字第0001号")
    assert number.parse("A1", id_type="999", issuer="Demo Office", demo=False).value == "DEMOOFFICE/A1"
    assert refusal("A1", id_type="999") == "id_number.format"
    assert refusal("АВ1", id_type="999", issuer="DEMO") == "id_number.format"  # Cyrillic


def test_the_register_lists_every_family_file() -> None:
    from pathlib import Path

    from idp.persons import documents

    folder = Path(documents.__file__).parent
    shared = {"__init__", "birth", "checksum", "id_number"}
    families = {path.stem for path in folder.glob("*.py")} - shared
    assert {document.read.__module__.rpartition(".")[2] for document in DOCUMENTS} == families


@given(
    st.text(max_size=60),
    st.sampled_from(["111", "114", "414", "511", "516", "553", "999", "001", "x"]),
    st.text(max_size=10),
)
def test_any_text_of_any_type_is_read_or_refused(text: str, id_type: str, issuer: str) -> None:
    try:
        outcome = number.parse(text, id_type=id_type, issuer=issuer, demo=True).id_type
    except Rejected as refused:
        outcome = refused.code
    assert outcome in (id_type, "id_number.format", "id_number.check", "id_number.date")
