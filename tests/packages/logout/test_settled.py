"""Notices that are settled go after a month; what a portal has still to hear never does."""

import pytest

from idp.base.clock import now
from idp.logout import jobs
from idp.store import db
from tests.actors import portal
from tests.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("stores")
DAY = 86400


def kept() -> set[str]:
    table = db.db.metadata.tables["logout_delivery"]
    return {row.id for row in db.fetch_all(table.select())}


def notice(name: str, status: str, age: int) -> None:
    values = {
        "id": name, "client_id": "early", "person_id": "p", "session_id": "", "status": status,
        "attempts": 1, "next_at": 0, "created_at": now() - age, "outcome": "200",
    }  # fmt: skip
    with db.writing_engine().begin() as connection:
        connection.execute(db.db.metadata.tables["logout_delivery"].insert(), values)


def test_what_is_settled_goes_after_a_month(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_next_sweep", 0)
    portal("early")
    for name, status, age in (
        ("heard", "delivered", 31),
        ("never", "failed", 31),
        ("open", "waiting", 31),
        ("young", "delivered", 29),
    ):
        notice(name, status, age * DAY)
    assert jobs.forget_settled() == 2
    assert kept() == {"open", "young"}
    time_travel.advance(2 * DAY)
    assert jobs.forget_settled() == 1
    assert kept() == {"open"}


def test_a_long_backlog_goes_round_by_round(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_next_sweep", 0)
    monkeypatch.setattr(jobs, "_SWEPT", 3)
    for number in range(4):
        notice(f"d{number}", "delivered", (40 - number) * DAY)
        notice(f"f{number}", "failed", 40 * DAY)
    assert [jobs.forget_settled() for _ in range(4)] == [3, 3, 2, 0]
    notice("later", "failed", 40 * DAY)
    assert jobs.forget_settled() == 0
    time_travel.advance(601)
    assert jobs.forget_settled() == 1
