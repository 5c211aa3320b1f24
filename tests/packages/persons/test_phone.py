"""Mobile numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.base.errors import Rejected
from idp.persons import phone


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14000000001", "+8614000000001"),
        ("+86 140 0000 0001", "+8614000000001"),
        ("0086-140-0000-0001", "+8614000000001"),
        ("１４００００００００１", "+8614000000001"),
        ("+852 9123 4567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
    ],
)
def test_a_mobile_number_has_one_form(text: str, value: str) -> None:
    assert phone.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12000000001",
        "1400000000",
        "140000000011",
        "02012345678",
        "+1 202 555 0101",
        "+852 2123 4567",
        "91234567",
        "14000000001;ext=1",
        "tel:14000000001",
        "1400000000Ⅹ",
        "1" * 500,
    ],
)
def test_what_cannot_receive_a_code_here_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match=r"phone\.format"):
        phone.parse(text)


def test_only_the_mainland_has_the_mainland_code() -> None:
    assert phone.mainland(phone.parse("14000000001"))
    assert not phone.mainland(phone.parse("+85291234567"))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        outcome = phone.parse(text)[:2]
    except Rejected as refused:
        outcome = refused.code
    assert outcome in ("+8", "phone.format")
