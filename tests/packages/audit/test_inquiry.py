"""Searching the record: what is found, who may look, what a page costs."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Select, insert, text

from idp import audit
from idp.audit import event, inquiry, jobs, months, queries
from idp.audit.inquiry import Inquiry, Reader
from idp.audit.queries import EVENTS
from idp.base import clock
from idp.base.errors import Rejected, Unavailable
from idp.store import db
from tests.conftest import MovableClock

OFFICER = Reader(operator="auditor-1", case="2026-17", reason="complaint of the person")


@pytest.fixture
def record(var_dir: Path) -> None:
    """Twelve events of two persons, portals, regions, items and mandates."""
    for number in range(12):
        audit.record(
            "login.failure" if number % 3 == 0 else "login.success",
            person=f"p{number % 2}",
            client=f"portal-{number % 4}",
            outcome="failed" if number % 3 == 0 else "success",
            item="3501-A" if number % 6 == 0 else "",
            mandate="m1" if number in (3, 4) else "",
            region=("440305", "440100", "350102", "")[number % 4],
            reason=f"answer {number}",
        )
    jobs.ship()


def numbers(page: inquiry.Page) -> list[int]:
    """Which of the twelve were found, in the order they came."""
    return [int(event.reason.split()[1]) for event in page.events if event.reason.startswith("answer")]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Inquiry(kind="login.failure"), [9, 6, 3, 0]),
        (Inquiry(person="p1", kind="login.success"), [11, 7, 5, 1]),
        (Inquiry(client="portal-2"), [10, 6, 2]),
        (Inquiry(mandate="m1"), [4, 3]),
        (Inquiry(item="3501-A"), [6, 0]),
        (Inquiry(outcome="failed"), [9, 6, 3, 0]),
        (Inquiry(outcome="refused"), []),
        (Inquiry(region="44"), [9, 8, 5, 4, 1, 0]),
        (Inquiry(region="440000"), [9, 8, 5, 4, 1, 0]),
        (Inquiry(region="4401"), [9, 5, 1]),
        (Inquiry(region="350102", outcome="failed"), [6]),
        (Inquiry(person="nobody"), []),
    ],
)
def test_each_filter_finds_its_events_newest_first(
    record: None, wanted: Inquiry, expected: list[int]
) -> None:
    assert numbers(inquiry.search(wanted, OFFICER)) == expected


def test_a_time_is_a_filter(var_dir: Path, time_travel: MovableClock) -> None:
    moments = []
    for number in range(3):
        moments.append(clock.now())
        audit.record("login.success", reason=f"answer {number}")
        time_travel.advance(10)
    jobs.ship()
    assert numbers(audit.search(Inquiry(since=moments[1]), OFFICER)) == [2, 1]
    assert numbers(audit.search(Inquiry(until=moments[2]), OFFICER)) == [1, 0]
    assert numbers(audit.search(Inquiry(since=moments[1], until=moments[2]), OFFICER)) == [1]


def test_a_refusal_is_found_by_the_number_somebody_was_shown(var_dir: Path) -> None:
    with audit.request_context("reference-1234"):
        audit.record("authz.reject", outcome="refused", reason="answer 1")
        audit.record("login.success", reason="answer 2")
    jobs.ship()
    assert numbers(audit.search(Inquiry(request="reference-1234"), OFFICER)) == [1]


def pages(wanted: Inquiry, limit: int) -> Iterator[inquiry.Page]:
    cursor = ""
    while True:
        page = audit.search(wanted, OFFICER, cursor=cursor, limit=limit)
        yield page
        if not page.cursor:
            return
        cursor = page.cursor


@pytest.mark.parametrize("limit", [1, 3, 4, 12, 13])
def test_pages_give_each_event_once(record: None, limit: int) -> None:
    until = clock.now() + 1
    found = [numbers(page) for page in pages(Inquiry(kind="login.success", until=until), limit)]
    assert [number for page in found for number in page] == [11, 10, 8, 7, 5, 4, 2, 1]


def test_what_is_recorded_meanwhile_shifts_no_page(record: None) -> None:
    first = audit.search(Inquiry(outcome="failed"), OFFICER, limit=2)
    audit.record("login.failure", outcome="failed", reason="answer 99")
    jobs.ship()
    second = audit.search(Inquiry(outcome="failed"), OFFICER, cursor=first.cursor, limit=2)
    assert (numbers(first), numbers(second), second.cursor) == ([9, 6], [3, 0], "")


def searches() -> list[audit.Event]:
    jobs.ship()
    return queries.events(kind="audit.search")


def test_a_search_is_recorded_with_who_why_and_by_what(record: None) -> None:
    audit.search(Inquiry(person="p1", kind="login.failure"), replace(OFFICER, region="440000"))
    (event,) = searches()
    assert (event.person, event.region, event.reason) == ("p1", "440000", "complaint of the person")
    assert json.loads(event.detail) == {
        "case": "2026-17", "filters": ["person", "kind"], "operator": "auditor-1",
    }  # fmt: skip


def test_each_page_is_a_search_of_its_own(record: None) -> None:
    assert len(list(pages(Inquiry(client="portal-2"), 2))) == len(searches()) == 2


@pytest.mark.parametrize(
    ("wanted", "reader", "code"),
    [
        (Inquiry(person="p1"), Reader(operator="a"), "audit.reason_missing"),
        (Inquiry(person="p1"), Reader(operator="a", case="1"), "audit.reason_missing"),
        (Inquiry(mandate="m1"), Reader(operator="a", case=" ", reason="why"), "audit.reason_missing"),
        (Inquiry(kind="login.failure"), Reader(operator=""), "audit.operator_missing"),
        (Inquiry(kind="login.nonsense"), OFFICER, "audit.kind_unknown"),
        (Inquiry(outcome="won"), OFFICER, "audit.outcome_unknown"),
        (Inquiry(region="44%"), OFFICER, "audit.region_invalid"),
        (Inquiry(), replace(OFFICER, region="4"), "audit.region_invalid"),
    ],
)
def test_a_search_that_may_not_be_is_refused_and_recorded(
    record: None, monkeypatch: pytest.MonkeyPatch, wanted: Inquiry, reader: Reader, code: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(db, "fetch_all", lambda *_: pytest.fail("something was read"))
        with pytest.raises(Rejected) as refused:
            audit.search(wanted, reader)
    assert refused.value.code == code
    assert refused.value.hint.isascii()
    (event,) = searches()
    assert event.outcome == "refused"
    assert json.loads(event.detail)["error"] == code


@pytest.mark.parametrize("cursor", ["x", "' OR 1=1", "00000000-0000-7000-a000-00000000000G"])
def test_a_cursor_that_is_not_ours_is_refused(record: None, cursor: str) -> None:
    with pytest.raises(Rejected, match=r"cursor_invalid"):
        audit.search(Inquiry(), OFFICER, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_is_bounded(record: None, limit: int) -> None:
    with pytest.raises(Rejected, match="limit_invalid"):
        audit.search(Inquiry(), OFFICER, limit=limit)


def test_what_cannot_be_recorded_is_not_read(record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise Unavailable("audit spool")

    monkeypatch.setattr(audit, "record", full)
    monkeypatch.setattr(db, "fetch_all", lambda *_: pytest.fail("something was read"))
    with pytest.raises(Unavailable):
        audit.search(Inquiry(), OFFICER)


def test_l13_an_officer_of_a_region_finds_its_events_alone(record: None) -> None:
    """Neither a sibling's, nor a parent's, nor what belongs to none, whatever else is asked for."""
    local = replace(OFFICER, region="440300")
    assert numbers(audit.search(Inquiry(), local)) == [8, 4, 0]
    assert numbers(audit.search(Inquiry(region="44"), local)) == [8, 4, 0]
    assert numbers(audit.search(Inquiry(region="350102"), local)) == []
    assert numbers(audit.search(Inquiry(person="p1"), local)) == []
    assert numbers(audit.search(Inquiry(client="portal-3"), local)) == []


def test_l13_an_officer_of_a_department_finds_what_its_portals_did(record: None) -> None:
    local = replace(OFFICER, region="440305", portals=frozenset({"portal-0", "portal-1"}))
    assert numbers(audit.search(Inquiry(), local)) == [8, 4, 0]
    assert numbers(audit.search(Inquiry(), replace(local, portals=frozenset()))) == []
    assert numbers(audit.search(Inquiry(client="portal-3"), replace(local, region=""))) == []


def test_the_nation_finds_everything(record: None) -> None:
    whole = replace(OFFICER, region="000000")
    assert numbers(audit.search(Inquiry(region="000000"), whole)) == list(range(11, -1, -1))


def test_an_event_of_a_portal_belongs_to_where_it_stands(
    var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event, "_place", {"tax": "440305"}.get)
    for client in ("tax", "other", None):
        audit.record("login.success", client=client)
    audit.record("login.success", client="tax", region="350102")
    jobs.ship()
    assert [one.region for one in queries.events()] == ["350102", "", "", "440305"]


def test_a_region_sees_who_of_its_own_searched(record: None) -> None:
    local = replace(OFFICER, region="350000")
    audit.search(Inquiry(), local)
    audit.search(Inquiry(), OFFICER)
    jobs.ship()
    found = audit.search(Inquiry(kind="audit.search"), local)
    assert [event.region for event in found.events] == ["350000"]


FILTERS = [
    (Inquiry(), "audit_event"),
    (Inquiry(person="p7"), "person"),
    (Inquiry(client="c7"), "client"),
    (Inquiry(kind="consent.withdraw"), "kind"),
    (Inquiry(item="i7"), "item"),
    (Inquiry(mandate="m7"), "mandate"),
    (Inquiry(outcome="refused"), "outcome"),
    (Inquiry(request="r7"), "request"),
    (Inquiry(region="440307"), "region"),
]
_KINDS = "CASE WHEN n % 500 = 0 THEN 'consent.withdraw' ELSE 'token.issue' END"


@pytest.fixture
def crowd(var_dir: Path) -> None:
    """Thirty thousand events of three months."""
    now = clock.now() * 1_000_000
    rows = []
    for n in range(30_000):
        time = now - (30_000 - n) * 260_000_000
        rows.append({
            "id": f"{months.first_id(time)}-a{n % 4096:03x}-{n:012x}", "time": time,
            "kind": "consent.withdraw" if n % 500 == 0 else "token.issue",
            "outcome": "refused" if n % 300 == 0 else "success", "person": f"p{n % 997}",
            "organization": "", "client": f"c{n % 307}", "session": "", "address": "", "request_id": f"r{n}",
            "reason": "", "detail": "{}", "item": f"i{n % 97}" if n % 2 else None,
            "mandate": f"m{n % 193}" if n % 5 == 0 else None, "region": f"4403{n % 89:02}" if n % 3 else None,
        })  # fmt: skip
    with db.writing_engine().begin() as connection:
        connection.execute(insert(EVENTS), rows)
        connection.execute(text("ANALYZE"))


@pytest.mark.usefixtures("crowd")
def test_each_filter_finds_its_events_in_the_order_of_an_index() -> None:
    """So that a page is read from where the last one ended, and nothing is sorted however much there is."""
    wrong = []
    for wanted, index in FILTERS:
        for cursor in ("", f"{months.first_id((clock.now() - 86_400 * 40) * 1_000_000)}-a000-000000000000"):
            plan = _plan(inquiry.statement(wanted, cursor=cursor).limit(51))
            sorts = any(word in plan for word in ("Sort  (", "TEMP B-TREE")) and index not in _POINTS
            if index not in plan or sorts or "Seq Scan" in plan or "SCAN audit_event\n" in plan:
                wrong.append(f"{wanted}\n{plan}")
    assert wrong == []


#: Few events have one number, and regions are read by range: those are sorted.
_POINTS = ("request", "region")


def _plan(asked: Select[tuple[object, ...]]) -> str:
    """How the database reads; of PostgreSQL, the way it takes when there is too much to sort."""
    with db.writing_engine().begin() as connection:
        text_of = str(asked.compile(connection.engine, compile_kwargs={"literal_binds": True}))
        if connection.dialect.name == "postgresql":
            for way in ("enable_bitmapscan", "enable_sort", "enable_seqscan"):
                connection.exec_driver_sql(f"SET LOCAL {way} = off")
            explained = connection.exec_driver_sql("EXPLAIN " + text_of.replace("%", "%%"))
        else:
            explained = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text_of)
        return "\n".join(" ".join(map(str, row)) for row in explained) + "\n"
