"""The administration tree: codes, who reaches whom, imports that are all or nothing."""

import pytest
from click.testing import CliRunner

from idp import divisions
from idp.base.errors import Rejected
from idp.divisions import NATION, Reach, commands, kind_of, parent_of, prefix
from idp.divisions import service as tree
from idp.divisions.division import checked
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE, department, grow_tree
from tests.records import events

EVERYWHERE = Reach(division=NATION)


@pytest.mark.parametrize(
    ("code", "kind", "parent", "start"),
    [
        ("000000", "nation", None, ""),
        ("010000", "province", "000000", "01"),
        ("010100", "city", "010000", "0101"),
        ("441000", "city", "440000", "4410"),
        ("441900", "city", "440000", "4419"),
        ("010110", "county", "010100", "010110"),
    ],
)
def test_a_code_tells_its_level_and_what_lies_above(
    code: str, kind: str, parent: str | None, start: str
) -> None:
    assert (kind_of(code), parent_of(code), prefix(code)) == (kind, parent, start)
    assert checked(code) == code


@pytest.mark.parametrize("code", ["", "01", "01010x", "０１００００", "010001", "000100", "0100000"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(Rejected):
        checked(code)


@pytest.mark.parametrize(
    ("reach", "place", "covered"),
    [
        (Reach(division=NATION), ("020000", ""), True),
        (Reach(division=NATION), ("", ""), True),
        (Reach(division=PROVINCE), ("010101", "d1"), True),
        (Reach(division=PROVINCE), ("020000", ""), False),
        (Reach(division=PROVINCE), ("000000", ""), False),
        (Reach(division=PROVINCE), ("", ""), False),
        (Reach(division=CITY), (PROVINCE, ""), False),
        (Reach(division=CITY), (OTHER_CITY, ""), False),
        (Reach(division=CITY, department="d1"), (CITY, "d1"), True),
        (Reach(division=CITY, department="d1"), (CITY, "d2"), False),
        (Reach(division=CITY, department="d1"), (CITY, ""), False),
    ],
)
def test_nobody_reaches_a_sibling_or_a_parent(reach: Reach, place: tuple[str, str], covered: bool) -> None:
    assert reach.covers(*place) is covered


def test_lists_hold_what_is_within_reach_and_page_by_code(stores: None) -> None:
    grow_tree()
    assert [one.code for one in divisions.divisions(Reach(division=PROVINCE))] == [
        "010000", "010100", "010101", "010200",
    ]  # fmt: skip
    assert [one.code for one in divisions.divisions(EVERYWHERE, after="010101", most=1)] == ["010200"]
    here, there = department(CITY), department(OTHER_PROVINCE)
    assert [one.id for one in divisions.departments(Reach(division=CITY))] == [here]
    assert [one.id for one in divisions.departments(Reach(division=CITY, department=there))] == [there]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("030000,三省,Three\n0301,短,Short", "line 2: The code"),
        ("030000,三省,Three\n030000,三省,Three", "line 2: the code stands twice"),
        ("030000,三省", "line 1: three columns"),
        ("030000,,Three", "line 1: A name"),
        ('030000,"三省,Three', "this is not CSV"),
        ("\r,\r\x00", "line 1: three columns"),
        ("030000,三\x07省,Three", "line 1: A name"),
        ("000000,全国,Nation", "line 1: the nation"),
        ("030101,某区,District", "030101: 030100 is not there"),
    ],
)
def test_a_half_wrong_import_is_refused_whole_with_line_and_reason(
    lines: str, why: str, stores: None
) -> None:
    with pytest.raises(Rejected) as refused:
        tree.import_divisions(lines, reach=EVERYWHERE, operator="test")
    assert refused.value.hint.startswith(why)
    assert divisions.divisions(EVERYWHERE) == ()
    assert events("division.import") == []


def test_an_import_outside_ones_reach_is_refused(stores: None) -> None:
    grow_tree()
    with pytest.raises(Rejected) as refused:
        tree.import_divisions("020100,邻市,Next", reach=Reach(division=PROVINCE), operator="test")
    assert "out of reach" in refused.value.hint
    assert divisions.find("020100") is None


def test_the_same_import_again_changes_and_records_nothing(stores: None) -> None:
    grow_tree()
    grow_tree()
    assert len(events("division.import")) == 1


@pytest.mark.parametrize("command", ["list", "departments"])
@pytest.mark.parametrize("within", ["999999", "9", "01 000"])
def test_a_code_that_nobody_has_is_said_to_be_none(stores: None, command: str, within: str) -> None:
    ran = CliRunner().invoke(commands.divisions, [command, "--within", within])
    assert ran.exit_code == 1
    assert ran.output.startswith("Error: ")
    assert ran.output.strip() != "Error:"
    assert CliRunner().invoke(commands.divisions, [command]).exit_code == 0
