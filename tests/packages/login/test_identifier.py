"""The one box: told apart by form, and refused with a clear code."""

import pytest

from idp.base.errors import Rejected
from idp.login import identifier
from idp.login.identifier import recognise, unseal

pytestmark = pytest.mark.usefixtures("stores")

KNOWN = [
    ("01010119900307019X", "number", "01010119900307019X", "0****************X"),
    ("01010119900307019x", "number", "01010119900307019X", "0****************X"),
    ("０１０１０１１９９００３０７０１９Ｘ", "number", "01010119900307019X", "0****************X"),
    ("010101 19900307 019X", "number", "01010119900307019X", "0****************X"),
    ("01010119900307019Ⅹ", "number", "01010119900307019X", "0****************X"),
    ("810000190102030114", "number", "810000190102030114", "8****************4"),
    ("901999190203040016", "number", "901999190203040016", "9****************6"),
    ("13800001234", "phone", "+8613800001234", "138****1234"),
    ("+86 138-0000-1234", "phone", "+8613800001234", "138****1234"),
    ("91010101MA000012X0", "organization", "91010101MA000012X0", "91010101MA000012X0"),
    ("91010101ma01dem07p", "organization", "91010101MA01DEM07P", "91010101MA01DEM07P"),
]


@pytest.mark.parametrize(("text", "kind", "value", "shown"), KNOWN)
def test_recognised_by_form(text: str, kind: str, value: str, shown: str) -> None:
    typed = recognise(text)
    assert (typed.kind, typed.value, typed.shown) == (kind, value, shown)
    assert value not in repr(typed) or kind == "organization"


REFUSED = [
    ("", "ID-001"),
    ("张示", "ID-001"),
    ("' OR 1=1--", "ID-001"),
    ("*)(uid=*", "ID-001"),
    ("%", "ID-001"),
    ("_", "ID-001"),
    ("12345678901", "ID-001"),
    ("x" * 5000, "ID-001"),
    ("01010119900307019Х", "ID-001"),  # a Cyrillic letter
    ("010101199003070190", "ID-002"),
    ("010101199002300010", "ID-003"),
    ("91010101MA000012X1", "ID-006"),
    ("91010101MA0I0012X0", "ID-006"),
    ("91O10101MA000012X0", "ID-006"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        recognise(text)
    assert refusal.value.code == code


def test_a_sealed_identifier_opens_again_and_hides_the_number() -> None:
    typed = recognise("01010119900307019X")
    box = typed.seal()
    assert unseal(box) == typed
    assert "0307019" not in box
    assert unseal("") is None
    assert unseal(box[:-4] + "AAAA") is None


def test_a_credit_code_leads_to_no_person() -> None:
    assert identifier.find(recognise("91010101MA000012X0")) is None
