"""Changes that meet: of two that were made from one version, one comes into force; and no look misses one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.base.errors import Rejected
from idp.policies import queries, service
from idp.policies.snapshot import Snapshot
from tests.officers import CITY, OTHER_CITY, PROVINCE, grow_tree
from tests.policies import EVERYWHERE, publish, rules

pytestmark = pytest.mark.usefixtures("stores")

AT_ONCE = 6


@pytest.fixture(autouse=True)
def tree(stores: None) -> None:
    grow_tree()


def test_of_many_publishes_from_one_version_one_comes_into_force() -> None:
    publish("rules", rules(min_level=2), PROVINCE)
    drafts = [
        service.draft("rules", PROVINCE, rules(max_age=60 + number), base=1, operator="a", reach=EVERYWHERE)
        for number in range(AT_ONCE)
    ]
    start = threading.Barrier(AT_ONCE)

    def publish_one(draft: str) -> int | str:
        start.wait()
        try:
            return service.publish(draft, why="同时", expected=1, operator="a", reach=EVERYWHERE)
        except Rejected as refused:
            return refused.code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = sorted(pool.map(publish_one, drafts), key=str)
    assert ended == [2, *["policy.stale"] * (AT_ONCE - 1)]
    assert [one.number for one in queries.history("rules", PROVINCE)] == [2, 1]
    assert len(queries.drafts(EVERYWHERE)) == AT_ONCE - 1


def test_a_draft_is_published_once() -> None:
    draft = service.draft("rules", PROVINCE, rules(min_level=2), base=0, operator="a", reach=EVERYWHERE)
    start = threading.Barrier(AT_ONCE)

    def publish_it(_: int) -> int | str:
        start.wait()
        try:
            return service.publish(draft, why="同时", expected=0, operator="a", reach=EVERYWHERE)
        except Rejected as refused:
            return refused.code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = list(pool.map(publish_it, range(AT_ONCE)))
    assert ended.count(1) == 1
    assert {one for one in ended if one != 1} == {"not_found"}
    assert [one.number for one in queries.history("rules", PROVINCE)] == [1]


def test_changes_of_several_places_are_all_seen() -> None:
    """Their numbers are taken under one lock: whoever has seen a number has seen every change up to it."""
    seen = Snapshot(clock=lambda: 0.0)
    seen.policies()
    places = (PROVINCE, CITY, OTHER_CITY)
    start = threading.Barrier(len(places))

    def publish_there(division: str) -> int:
        start.wait()
        return publish("rules", rules(max_age=600), division)

    with ThreadPoolExecutor(len(places)) as pool:
        assert list(pool.map(publish_there, places)) == [1, 1, 1]
    seen.expire()
    known = seen.policies()
    assert [known.own("rules", place) is not None for place in places] == [True] * 3
    assert queries.changes() == len(places)


def test_only_what_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    publish("rules", rules(max_age=600), PROVINCE)
    seen = Snapshot(clock=lambda: 0.0)
    first = seen.policies()
    publish("rules", rules(max_age=300), CITY)
    publish("rules", rules(max_age=200), CITY)
    assert seen.policies() is first
    seen.expire()
    monkeypatch.setattr(queries, "in_force", None)
    known = seen.policies()
    assert known.own("rules", PROVINCE) is first.own("rules", PROVINCE)
    assert known.at(CITY).rules.max_age == 200
