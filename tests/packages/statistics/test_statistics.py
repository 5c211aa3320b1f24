"""Counters made from the record: each event once, in every place that holds its portal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from idp import audit, statistics
from idp.audit import jobs as audit_jobs
from idp.audit.queries import CHAIN
from idp.divisions import NATION, Reach
from idp.statistics import jobs, service
from idp.statistics.statistic import took
from idp.store import db
from tests.actors import portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, PROVINCE, department, grow_tree

pytestmark = pytest.mark.usefixtures("stores")


def happen(client: str | None = None, times: int = 1, kind: str = "login.success", **detail: object) -> None:
    for _ in range(times):
        audit.record(kind, client=client, **detail)  # type: ignore[arg-type]


def counted() -> int:
    audit_jobs.ship()
    audit_jobs.seal()
    return jobs.count_record()


def logins(scope: str, span: statistics.Span = "day") -> dict[str, int]:
    return statistics.read(scope, span, "login")["login"]


def test_an_event_counts_where_its_portal_stands_and_in_all_above() -> None:
    grow_tree()
    bureau = department()
    portal("bureau", division=CITY, department=bureau)
    portal("other", division=OTHER_CITY)
    happen("bureau", 3, level=2, seconds=12)
    happen("other", 2, level=1, seconds=500)
    happen(None, level=1)
    happen("bureau", kind="login.failure", outcome="failed", cause="wrong password")
    happen("bureau", kind="login.failure", outcome="failed", cause="frozen")
    happen("bureau", kind="mfa.failure", outcome="failed")
    happen("bureau", kind="login.throttled", outcome="refused")
    counted()
    assert logins(f"d:{NATION}") == {"success": 6, "failure": 4}
    assert logins(f"d:{PROVINCE}") == {"success": 5, "failure": 4}
    assert logins(f"d:{CITY}") == logins(f"o:{bureau}") == logins("c:bureau") == {"success": 3, "failure": 4}
    assert logins(f"d:{OTHER_CITY}") == logins("c:other", "week") == {"success": 2}
    found = statistics.read(f"d:{PROVINCE}", "week", "level", "took", "cause")
    assert found["level"] == {"l2": 3, "l1": 2}
    assert found["took"] == {"30": 3, "more": 2}
    assert found["cause"] == {
        "wrong password": 1, "account stopped": 1, "wrong code": 1, "too many failures": 1,
    }  # fmt: skip
    for span in ("day", "week", "month"):
        assert statistics.portals(f"d:{PROVINCE}", span, 5) == [("bureau", 3), ("other", 2)]
    assert statistics.portals(f"d:{PROVINCE}", "day", 1) == [("bureau", 3)]


def test_an_event_is_counted_once_however_often_and_by_however_many() -> None:
    happen(times=20, level=1)
    audit_jobs.ship()
    with ThreadPoolExecutor(4) as pool:
        total = sum(pool.map(lambda _: service.count(3), range(20)))
    total += jobs.count_record()
    assert logins(f"d:{NATION}") == {"success": 20}
    assert total == (db.fetch_one(select(func.count()).select_from(CHAIN)) or (0,))[0]
    assert jobs.count_record() == 0


def test_counting_is_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(times=2, level=1)
    audit_jobs.ship()
    real = service._add

    def fails(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        raise RuntimeError("the process dies")

    with monkeypatch.context() as patch:
        patch.setattr(service, "_add", fails)
        with pytest.raises(RuntimeError):
            jobs.count_record()
    assert logins(f"d:{NATION}") == {}
    jobs.count_record()
    assert logins(f"d:{NATION}") == {"success": 2}


def test_a_span_shows_every_period_and_none_before_it(time_travel: MovableClock) -> None:
    happen(level=1)
    time_travel.advance(2 * 86400)
    happen(times=3, level=1)
    counted()
    days = statistics.series(f"d:{NATION}", "week", "login")
    assert [numbers.get("success", 0) for _, numbers in days] == [0, 0, 0, 0, 1, 0, 3]
    hours = statistics.series(f"d:{NATION}", "day", "login")
    assert len(hours) == 24
    assert hours[-1][1] == {"success": 3}
    assert logins(f"d:{NATION}", "day") == {"success": 3}
    time_travel.advance(40 * 86400)
    assert logins(f"d:{NATION}", "month") == {}


def test_old_counters_are_dropped_hours_before_days(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(level=1)
    counted()
    time_travel.advance(20 * 86400)
    monkeypatch.setattr(jobs, "_last", 0)
    assert jobs.forget_counters() > 0
    assert logins(f"d:{NATION}", "month") == {"success": 1}
    time_travel.advance(400 * 86400)
    jobs.forget_counters()
    assert service.forget(hours_before="9999-12-31T00", days_before="9999-12-31") == 0


@pytest.mark.parametrize(
    ("seconds", "label"), [(0, "10"), (9, "10"), (10, "30"), (180, "more"), (9999, "more")]
)
def test_a_duration_falls_under_the_first_bound_above_it(seconds: int, label: str) -> None:
    assert took(seconds) == label


def test_everybody_reads_the_scope_of_his_own_reach() -> None:
    assert statistics.scope_of(Reach(division=NATION)) == "d:000000"
    assert statistics.scope_of(Reach(division=CITY)) == "d:010100"
    assert statistics.scope_of(Reach(division=CITY, department="x")) == "o:x"
