"""Every module of the certification plans is held by a test that exists, or has a reason why none can be."""

import pytest

from tests import plans, specmap

PLANS = plans.plans()


def test_the_table_is_fresh() -> None:
    assert (specmap.ROOT / "docs" / "conformance.md").read_text(encoding="utf-8") == plans.markdown()


@pytest.mark.parametrize("plan", PLANS, ids=lambda one: one.name)
def test_every_module_has_a_test_or_a_reason(plan: plans.Plan) -> None:
    assert [module.name for module in plan.modules if bool(module.tests) == bool(module.reason)] == []
    named = {test for module in plan.modules for test in module.tests}
    assert sorted(named - specmap.tests_that_exist()) == []


def test_every_test_of_the_folder_stands_under_a_module() -> None:
    named = {test for plan in PLANS for module in plan.modules for test in module.tests}
    ours = {test for test in specmap.tests_that_exist() if test.startswith(plans.FOLDER + "/")}
    assert sorted(ours - named) == []
