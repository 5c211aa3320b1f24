"""From the spool into SQL: every event once, broken lines aside, half lines left to their writer."""

from pathlib import Path

import orjson
import pytest

from idp import audit
from idp.audit import jobs, queries, service, spool
from idp.audit.event import Event
from idp.base.errors import Unavailable


def recorded(count: int = 1, kind: str = "login.success") -> None:
    for _ in range(count):
        audit.record(kind, client="tax")


def spool_file(var_dir: Path) -> Path:
    return spool.files(var_dir / "spool")[-1]


def test_shipped_events_are_in_sql_as_they_were_recorded(var_dir: Path) -> None:
    recorded()
    line = spool_file(var_dir).read_bytes().rstrip(b"\n")
    assert jobs.ship() == 1
    assert queries.events() == [Event.parse(line)]


def test_shipping_goes_on_where_it_stopped(var_dir: Path) -> None:
    recorded(3)
    assert jobs.ship() == 3
    recorded(2)
    assert jobs.backlog() > 0
    assert jobs.ship() == 2
    assert jobs.ship() == 0
    assert jobs.backlog() == 0


def test_more_than_a_batch_and_a_chunk_is_shipped_once(var_dir: Path) -> None:
    recorded(1300)
    assert spool_file(var_dir).stat().st_size > jobs._CHUNK
    assert jobs.ship() == 1300
    assert len({event.id for event in queries.events(limit=2000)}) == 1300


def test_a_round_does_not_run_after_a_busy_writer(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, batches = jobs._keep, []

    def keep(lines: dict[str, bytes]) -> int:
        batches.append(len(lines))
        recorded(1)
        return real(lines)

    monkeypatch.setattr(jobs, "_keep", keep)
    recorded(50)
    assert [jobs.ship(), jobs.ship()] == [50, 1]
    assert batches == [50, 1]


def test_double_shipping_makes_no_duplicate(var_dir: Path) -> None:
    recorded(5)
    jobs.ship()
    for offset in (var_dir / "spool").glob("*.offset"):
        offset.unlink()  # a shipper that died between the commit and the offset
    recorded(2)
    assert jobs.ship() == 2
    assert len(queries.events()) == 7
    assert queries.unsealed() == 0
    assert audit.verify().checked == 7


def test_a_line_that_stands_in_the_spool_twice_is_one_event(var_dir: Path) -> None:
    recorded(2)
    path = spool_file(var_dir)
    path.write_bytes(path.read_bytes() * 2)
    assert jobs.ship() == 2
    assert audit.verify().checked == 2


def test_shipping_again_what_is_sealed_already_does_not_seal_it_twice(var_dir: Path) -> None:
    recorded(5)
    jobs.ship()
    jobs.seal()
    for offset in (var_dir / "spool").glob("*.offset"):
        offset.write_text("broken")
    assert jobs.ship() == 0
    assert jobs.seal() == 0
    assert audit.verify().intact


def test_the_file_of_a_living_writer_stays_and_of_an_ended_one_goes(var_dir: Path) -> None:
    recorded()
    jobs.ship()
    assert spool_file(var_dir).exists()
    spool.close()
    jobs.ship()
    assert list((var_dir / "spool").glob("*.[eo]*")) == []


def test_a_half_line_waits_for_its_writer(var_dir: Path) -> None:
    recorded()
    members = audit.event.compose(
        "login.failure", person=None, organization=None, client=None, session=None,
        outcome="failed", reason="", detail={},
    )  # fmt: skip
    line = orjson.dumps(members)
    with spool_file(var_dir).open("ab") as file:
        file.write(line[:40])
    assert jobs.ship() == 1
    with spool_file(var_dir).open("ab") as file:
        file.write(line[40:] + b"\n")
    assert jobs.ship() == 1
    assert {event.kind for event in queries.events()} == {"login.success", "login.failure"}
    assert jobs.quarantined() == 0


def test_a_half_line_whose_writer_died_is_put_aside(var_dir: Path) -> None:
    recorded()
    with spool_file(var_dir).open("ab") as file:
        file.write(b'{"address":"192')
    spool.close()
    assert jobs.ship() == 1
    assert jobs.quarantined() == 1
    assert spool.files(var_dir / "spool") == []


@pytest.mark.parametrize("broken", [b"", b"garbage", b"\x00\xff\r\r", b'{"id":1}', b"x" * 600_000])
def test_a_broken_line_is_put_aside_and_reported_and_blocks_nothing(
    var_dir: Path, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    recorded()
    with spool_file(var_dir).open("ab") as file:
        file.write(broken + b"\n")
    recorded(2)
    jobs.ship()
    assert jobs.ship() == 0
    assert len(queries.events()) == 3
    (aside,) = (var_dir / "spool" / "quarantine").iterdir()
    assert aside.read_bytes().replace(b"\n", b"") == broken
    assert "broken line" in caplog.text


def test_an_event_of_a_newer_release_is_kept(var_dir: Path) -> None:
    recorded()
    path = spool_file(var_dir)
    path.write_bytes(path.read_bytes().replace(b'"login.success"', b'"login.by_moon"'))
    assert jobs.ship() == 1
    assert queries.events()[0].kind == "login.by_moon"


def test_events_stay_spooled_while_the_database_is_down(
    var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> int:
        raise Unavailable("database")

    recorded(3)
    with monkeypatch.context() as patch:
        patch.setattr(service, "ship", down)
        with pytest.raises(Unavailable):
            jobs.ship()
    assert jobs.ship() == 3


def test_an_event_in_a_transaction_lasts_with_it_or_not_at_all(var_dir: Path) -> None:
    @service.transaction
    def change(session: service.Session, fail: bool) -> None:
        audit.record_in(session, "person.freeze", person="p1", cause="request")
        if fail:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change(True)
    assert queries.events() == []
    change(False)
    assert [(event.kind, event.person) for event in queries.events()] == [("person.freeze", "p1")]
    assert jobs.seal() == 1


def test_events_are_found_by_kind_person_client_and_time(var_dir: Path) -> None:
    audit.record("login.success", person="p1", client="tax")
    audit.record("login.failure", person="p2", client="tax")
    jobs.ship()
    newest, oldest = queries.events()
    assert (newest.kind, oldest.kind) == ("login.failure", "login.success")
    assert queries.events(kind="login.success") == [oldest]
    assert queries.events(person="p2") == [newest]
    assert queries.events(client="tax", limit=1) == [newest]
    assert queries.events(since=newest.time + 1) == []
