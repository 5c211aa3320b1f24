"""Changes of persons that meet: of many at once one succeeds, and none is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from idp import persons
from idp.base.errors import Rejected
from idp.persons import service
from tests.packages.persons.test_service import events, register, rows

pytestmark = pytest.mark.usefixtures("stores")


def together(work: Callable[[], object]) -> list[str]:
    """Run the same work in six threads at once; what came of each."""
    gate = Barrier(6)

    def run(_: int) -> str:
        gate.wait()
        try:
            work()
        except Rejected as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(6) as pool:
        return sorted(pool.map(run, range(6)))


def test_of_many_who_register_one_number_at_once_one_succeeds() -> None:
    assert together(register) == ["done"] + ["person.exists"] * 5
    assert len(rows("person")) == len(events("person.register")) == 1


def test_of_many_who_freeze_one_account_at_once_one_succeeds() -> None:
    person_id = register()
    assert together(lambda: service.freeze(person_id, cause="fraud")) == ["done"] + ["person.status"] * 5
    assert len(events("person.freeze")) == 1


def test_of_many_changes_at_once_none_is_lost() -> None:
    person_id = register()
    assert together(lambda: service.rename(person_id, "张示范")) == ["done"] * 6
    person = persons.queries.find(person_id)
    assert person is not None
    assert person.profile_version == 7
