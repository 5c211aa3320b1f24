"""Lists of clients for administrators: within reach, by cursor, found by part of a name."""

import pytest

from clients import queries
from idp.divisions import NATION, Reach
from tests.actors import portal
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE

BUREAU = "0b8f4a52-6c1e-4a37-9d55-1f2e3d4c5b6a"

pytestmark = pytest.mark.usefixtures("stores")


def listed(reach: Reach, **how: object) -> list[str]:
    return [one.client_id for one in queries.page(reach, **how)]  # type: ignore[arg-type]


def test_each_place_lists_its_own_and_what_lies_below() -> None:
    portal("nation")
    portal("province", division=PROVINCE)
    portal("city", division=CITY)
    portal("bureau", division=CITY, department=BUREAU)
    portal("city-b", division=OTHER_CITY)
    portal("elsewhere", division=OTHER_PROVINCE)
    assert listed(Reach(division=NATION)) == ["nation", "province", "bureau", "city", "city-b", "elsewhere"]
    assert listed(Reach(division=PROVINCE)) == ["province", "bureau", "city", "city-b"]
    assert listed(Reach(division=CITY)) == ["bureau", "city"]
    assert listed(Reach(division=CITY, department=BUREAU)) == ["bureau"]


def test_pages_follow_each_other_without_a_gap() -> None:
    names = [f"p-{number}" for number in range(7)]
    for number, name in enumerate(names):
        portal(name, division=CITY if number % 2 else PROVINCE)
    seen, after = [], ("", "")
    while found := queries.page(Reach(division=PROVINCE), after=after, most=2):
        seen += [one.client_id for one in found]
        after = found[-1].cursor
    assert seen == [*names[::2], *names[1::2]]


def test_part_of_a_name_finds_and_signs_of_patterns_are_plain_letters() -> None:
    portal("tax")
    portal("health", name="医保服务门户")
    assert listed(Reach(division=NATION), typed="医保") == ["health"]
    assert listed(Reach(division=NATION), typed="tax") == ["tax"]
    for typed in ("%", "_", "t%x", "' OR 1=1 --"):
        assert listed(Reach(division=NATION), typed=typed) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("division", "01"), ("division", "010001"), ("department", "a b"), ("environment", "x")],
)
def test_a_place_has_the_form_of_one(key: str, value: str) -> None:
    from tests.registrations import entry, refusal

    refused = refusal(entry(**{key: value}))
    assert refused is not None
    assert f": {key}: " in refused.problems[0]
