"""Every attack of the list is a test, or has a reason why it is none."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

FOLDER = Path(__file__).parents[1] / "attacks"
ROWS: dict[str, str] = yaml.safe_load((FOLDER / "rows.yaml").read_text(encoding="utf-8"))
EXCUSED: dict[str, str] = yaml.safe_load((FOLDER / "not_executable.yaml").read_text(encoding="utf-8"))
_TEST = re.compile(r"^def test_((?:[a-z]\d\d_)+)", re.MULTILINE)


def ids_of_tests() -> Iterator[str]:
    """The ids at the beginning of the names of our tests: ``test_n05_n06_...`` is for two."""
    for path in FOLDER.glob("test_*.py"):
        for ids in _TEST.findall(path.read_text(encoding="utf-8")):
            yield from ids.upper().rstrip("_").split("_")


def test_every_attack_is_tested_or_excused() -> None:
    assert sorted({*ROWS} - {*ids_of_tests()} - {*EXCUSED}) == []


def test_no_attack_is_excused_that_is_tested_or_unknown() -> None:
    assert sorted({*EXCUSED} & {*ids_of_tests()}) == []
    assert sorted({*EXCUSED} - {*ROWS}) == []


def test_no_test_is_of_an_attack_that_the_list_does_not_know() -> None:
    groups = {row[0] for row in ROWS}
    assert sorted({row for row in ids_of_tests() if row[0] in groups} - {*ROWS}) == []


def test_each_row_has_a_title_and_each_excuse_a_reason() -> None:
    assert all(re.fullmatch(r"[A-Z]\d\d", row) and isinstance(title, str) for row, title in ROWS.items())
    assert all(isinstance(why, str) and len(why.split()) > 4 for why in EXCUSED.values())
