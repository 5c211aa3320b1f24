"""The map of the standards tells the truth: every MUST has a test that exists, or a reason."""

import pytest

from tests import specmap

STANDARDS = specmap.standards()


def test_the_map_is_fresh() -> None:
    assert (specmap.ROOT / "docs" / "spec-map.md").read_text(encoding="utf-8") == specmap.markdown()


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda one: one.folder)
def test_every_requirement_has_a_test_or_a_reason(standard: specmap.Standard) -> None:
    bare = [one.must for one in standard.requirements if bool(one.tests) == bool(one.elsewhere)]
    assert bare == []
    named = [specmap.full_name(standard, test) for one in standard.requirements for test in one.tests]
    assert sorted({*named} - specmap.tests_that_exist()) == []
