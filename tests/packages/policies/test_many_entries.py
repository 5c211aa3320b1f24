"""A week of 50,000 entries beside many other events: so many statements, each of so many rows."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from idp.base import clock
from idp.divisions import NATION
from idp.policies.recent import MOST, PIECE, Recent
from idp.policies.whatif import Asked, Tally
from idp.store import db
from tests.actors import portal
from tests.officers import CITY, OTHER_CITY, grow_tree
from tests.packages.admin.test_many import statements

pytestmark = pytest.mark.usefixtures("stores")

OTHERS = 100_000
#: A statement has three seconds, on a busy machine too.
_BATCH = 5_000
_COLUMNS = (
    "id, time, kind, outcome, person, organization, client, session, address, request_id, reason, detail,"
    " item, region"
)
_DETAIL = '{"level":2,"parameters":["acr_values","nonce","scope","state"],"scope":"openid profile realname"}'


def fill(kind: str, count: int, days: int = 6) -> None:
    """So many events of a kind, spread over the last days, of a thousand persons at two portals."""
    first = (clock.now() - days * 86_400) * 1000
    pace = days * 86_400_000 // count
    for begin in range(0, count, _BATCH):
        with db.writing_engine().begin() as connection:
            end = min(begin + _BATCH, count) - 1
            if connection.dialect.name == "sqlite":
                moment = f"printf('%012x', {first} + n * {pace})"
                rest = "printf('%012x', n)"
                counted = f"SELECT {begin} UNION ALL SELECT n + 1 FROM numbers WHERE n < {end}"
                numbers = f"WITH RECURSIVE numbers(n) AS ({counted})"
            else:
                moment = f"lpad(to_hex({first} + n::bigint * {pace}), 12, '0')"
                rest = "lpad(to_hex(n), 12, '0')"
                numbers = f"WITH numbers AS (SELECT generate_series({begin}, {end}) AS n)"
            mark = {"authz.grant": "a"}.get(kind, "b")
            made = f"substr({moment}, 1, 8) || '-' || substr({moment}, 9, 4) || '-7000-{mark}000-' || {rest}"
            connection.execute(
                text(
                    f"INSERT INTO audit_event ({_COLUMNS}) {numbers}"
                    f" SELECT {made}, ({first} + n * CAST({pace} AS BIGINT)) * 1000, '{kind}', 'success',"
                    " 'person-' || (n % 1000), '', CASE WHEN n % 5 = 0 THEN 'far' ELSE 'near' END,"
                    " 'session-' || (n % 9000), '127.0.0.1', '', '', :detail,"
                    " CASE WHEN n % 3 = 0 THEN 'DEMO-ITEM-0001' END,"
                    f" CASE WHEN n % 5 = 0 THEN '{OTHER_CITY}' ELSE '{CITY}' END FROM numbers"
                ),
                {"detail": _DETAIL},
            )


@pytest.fixture
def week() -> Iterator[None]:
    grow_tree()
    portal("near", division=CITY)
    portal("far", division=OTHER_CITY)
    fill("authz.grant", MOST)
    fill("token.issue", OTHERS)
    with db.writing_engine().begin() as connection:
        connection.execute(text("ANALYZE audit_event"))
    yield
    with db.writing_engine().begin() as connection:
        connection.execute(text("DELETE FROM audit_event"))


@pytest.mark.timeout(300)
def test_fifty_thousand_entries_are_replayed_in_pieces(
    week: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for division, expected in ((NATION, MOST), (CITY, MOST * 4 // 5), (OTHER_CITY, MOST // 5)):
        reading = Recent(division, patience=60)
        tally = Tally(lambda entry: Asked(), lambda entry: Asked(level=3 if entry.item else 1))
        with statements() as made:
            for piece in reading.visits():
                tally.add(piece)
        report = tally.report()
        assert report.total.entries == expected
        assert dict(report.outcomes)["higher"].entries in range(expected // 3 - 1, expected // 3 + 2)
        assert len(made) <= 2 * (MOST // PIECE + 1)
