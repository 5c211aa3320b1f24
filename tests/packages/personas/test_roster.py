"""The cast itself: synthetic throughout, and wide enough to find what programs get wrong."""

import re
from datetime import date

import phonenumbers

from idp.organizations import code
from idp.personas import bodies, find, personas
from idp.persons import name, number, phone


def documents() -> list[str]:
    return [text for one in personas() for text in (one.number, one.replaces, *one.also) if text]


def test_every_number_is_valid_unique_and_nobodys() -> None:
    values = [number.parse(text, demo=True).value for text in documents()]
    assert len(values) == len(set(values))
    synthetic = re.compile(
        r"0[12][0-9]{15}[0-9X]|8[123]0000190[0-9]{8}[0-9X]|90[12][0-9]{14}[0-9X]|UTO0[12][0-9]{10}|UTO/.+"
    )
    assert [value for value in values if not synthetic.fullmatch(value)] == []


def test_no_number_carries_a_warning_but_the_permits_it_must() -> None:
    assert {warning for text in documents() for warning in number.parse(text, demo=True).warnings} == set()


def test_every_phone_is_of_a_range_no_operator_has() -> None:
    phones = [phone.parse(one.phone) for one in personas() if one.phone]
    assert len(phones) == len(set(phones))
    assert [text for text in phones if phonenumbers.is_valid_number(phonenumbers.parse(text))] == []


def test_every_name_may_be_registered() -> None:
    for one in personas():
        assert name.parse(one.name) == one.name
        assert name.parse(one.former_name or one.name)


def test_every_persona_has_one_slug_and_two_notes() -> None:
    slugs = [one.slug for one in personas()]
    assert len(slugs) == len(set(slugs)) == 60
    for one in personas():
        assert re.search("[\u4e00-\u9fff]", one.note)
        assert one.note_en.isprintable()
        assert re.fullmatch(r"[a-z0-9-]+", one.slug)


def test_the_cast_covers_what_programs_get_wrong() -> None:
    kinds = {one.id_number().kind for one in personas()}
    assert kinds == {"citizen", "hmt_permit", "permanent_resident", "passport"}
    assert {one.level for one in personas()} == {0, 1, 2, 3, 4}
    assert {one.status for one in personas()} == {"active", "frozen", "deceased"}
    names = "".join(one.name for one in personas())
    assert {"\U00020164", "\U0002ebf0", "·", "〇"} <= set(names)
    assert {len(one.name) for one in personas()} >= {1, 2, 3, 4, 50}
    leap_days = {
        one.id_number().birth
        for one in personas()
        if (b := one.id_number().birth) and (b.month, b.day) == (2, 29)
    }
    assert date(2000, 2, 29) in leap_days
    assert sum(one.phone is None for one in personas()) >= 3
    assert sum(one.totp for one in personas()) >= 8
    assert any(one.number.endswith("X") for one in personas())


def test_children_under_14_have_no_login_of_their_own() -> None:
    young = [one for one in personas() if (birth := one.id_number().birth) and birth > date(2012, 11, 22)]
    assert young
    assert [one.slug for one in young if one.password or one.phone] == []


def test_every_body_has_a_valid_synthetic_code_and_a_known_representative() -> None:
    codes = [code.parse(body.uscc, demo=True) for body in bodies()]
    assert all(read.region.startswith("0") and not read.warnings for read in codes)
    assert len({read.value for read in codes}) == len(bodies()) >= 12
    assert {"enterprise", "individual_business", "cooperative", "public_institution"} <= {
        read.kind for read in codes
    }
    assert {body.status for body in bodies()} == {"active", "revoked", "cancelled", "abnormal"}
    for body in bodies():
        assert not body.representative or find(body.representative).level >= 3
        assert not body.parent_uscc or body.parent_uscc in {other.uscc for other in bodies()}
    represented = [body.representative for body in bodies()]
    assert represented.count("several-companies") >= 3
