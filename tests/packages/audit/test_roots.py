"""Signed roots: a record written anew from its beginning is found (attack L26)."""

import threading
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from idp import audit, keyring
from idp.audit import chain, commands, jobs, queries, roots, service, witness
from idp.audit.queries import CHAIN, EVENTS, ROOTS
from idp.keyring import service as keys
from tests.conftest import MovableClock
from tests.packages.audit.chains import event_at, found, sealed, tamper, without_the_kept_head


def hours(clock: MovableClock, count: int, each: int = 3) -> None:
    """Hours in each of which a few events are recorded and a root is signed."""
    for _ in range(count):
        sealed(each)
        clock.advance(roots.INTERVAL + 1)
        assert jobs.sign_root() == 1


def rewrite() -> None:
    """Change an event and compute the whole chain anew, as one can who may write to the database."""
    events = [queries.event_of(row[4:]) for batch in queries.chain() for row in batch]
    tamper(update(EVENTS).where(EVENTS.c.id == events[1].id).values(outcome="failed"), delete(CHAIN))
    previous = chain.GENESIS
    for seq, event in enumerate(events, start=1):
        (now,) = (one for one in queries.events(limit=1000) if one.id == event.id)
        own = chain.link(seq, previous, now.line())
        tamper(insert(CHAIN).values(seq=seq, event_id=event.id, previous=previous, hash=own))
        previous = own


def test_a_root_is_signed_each_hour_and_names_the_one_before(
    var_dir: Path, time_travel: MovableClock
) -> None:
    hours(time_travel, 2)
    assert jobs.sign_root() == 0
    first, second = queries.roots()
    assert (first.number, first.seq, second.number, second.seq) == (1, 3, 2, 7)
    claims = keyring.verify(second.jws, typ=witness.ROOT_TYPE)
    assert claims["previous"] == witness.digest(first.jws)
    assert (claims["seq"], claims["hash"], claims["iat"]) == (second.seq, second.hash, second.time)
    assert roots.kept_outside() == [first.jws, second.jws]
    report = audit.verify()
    assert (report.intact, report.roots, report.vouched) == (True, 2, True)
    signed = queries.events(kind="audit.root")
    assert [orjson.loads(event.detail)["hash"] for event in signed] == [second.hash, first.hash]


def test_an_empty_record_has_no_root(var_dir: Path) -> None:
    assert jobs.sign_root() == 0
    assert queries.roots() == []


def test_no_root_is_signed_over_a_broken_chain(var_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    sealed(3)
    tamper(delete(CHAIN).where(CHAIN.c.seq == 3))
    assert jobs.sign_root() == 0
    assert "no root is signed" in caplog.text
    assert queries.roots() == []


def test_l26_a_chain_written_anew_with_its_kept_head_is_found_by_a_root(
    var_dir: Path, time_travel: MovableClock
) -> None:
    hours(time_travel, 2)
    rewrite()
    without_the_kept_head()
    assert found() == ("altered", 3)
    problem = audit.verify().problem
    assert problem is not None
    assert problem.text == "root 1, signed at this place, says otherwise"


def test_l26_without_roots_in_the_database_those_kept_elsewhere_tell(
    var_dir: Path, time_travel: MovableClock
) -> None:
    hours(time_travel, 2)
    elsewhere = [root.jws for root in queries.roots()]
    rewrite()
    without_the_kept_head()
    tamper(delete(ROOTS))
    assert found() == ("altered", None)  # the file beside the worker tells
    (var_dir / "audit-roots.jsonl").unlink()
    problem = audit.verify(elsewhere).problem
    assert problem is not None
    assert problem.text == "root 1 was kept and is gone"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"hash": "f" * 64}, "root 2 was altered"),
        ({"seq": 6}, "root 2 was altered"),
        ({"time": 1}, "root 2 was altered"),
        ({"jws": "a.b.c"}, "root 2: a root is not a signed text"),
        ({"key": "{}"}, "root 2"),
    ],
)
def test_l26_an_altered_root_is_named(
    var_dir: Path, time_travel: MovableClock, values: dict[str, object], text: str
) -> None:
    hours(time_travel, 2)
    tamper(update(ROOTS).where(ROOTS.c.number == 2).values(**values))
    problem = audit.verify().problem
    assert problem is not None
    assert problem.text.startswith(text)


def test_l26_a_removed_root_is_named(var_dir: Path, time_travel: MovableClock) -> None:
    hours(time_travel, 3)
    tamper(delete(ROOTS).where(ROOTS.c.number == 2))
    problem = audit.verify().problem
    assert problem is not None
    assert problem.text == "root 2 is missing"


def test_l26_a_tail_cut_before_the_newest_root_is_found_without_the_kept_head(
    var_dir: Path, time_travel: MovableClock
) -> None:
    hours(time_travel, 2)
    gone = [event_at(6), event_at(7)]
    tamper(delete(CHAIN).where(CHAIN.c.seq >= 6), delete(EVENTS).where(EVENTS.c.id.in_(gone)))
    without_the_kept_head()
    assert found() == ("truncated", 6)


def test_a_root_of_another_key_with_its_own_public_half_is_not_believed(
    var_dir: Path, time_travel: MovableClock, tmp_path: Path
) -> None:
    """An intruder signs roots with a key of their own and lays its public half beside them."""
    hours(time_travel, 1)
    ours = keyring.current()
    try:
        keyring.open(tmp_path / "intruder", create=True)
        forged = roots.sign(chain.Head(seq=3, hash=queries.roots()[0].hash), None)
    finally:
        keyring.use(ours)
    tamper(update(ROOTS).values(jws=forged.jws, key=forged.key, time=forged.time, hash=forged.hash))
    (var_dir / "audit-roots.jsonl").unlink()
    problem = audit.verify().problem
    assert problem is not None
    assert problem.text == "root 1 is signed by a key that was never ours"


def test_a_root_of_a_key_that_was_retired_is_vouched_for_by_the_next(
    var_dir: Path, time_travel: MovableClock, tmp_path: Path
) -> None:
    ours = keyring.current()
    try:
        keyring.open(tmp_path / "keys", create=True)
        hours(time_travel, 1)
        keys.retire(queries.roots()[0].kid, operator="op", record=audit.record)
        assert not audit.verify().vouched
        hours(time_travel, 1)
        report = audit.verify()
        assert (report.intact, report.vouched, report.roots) == (True, True, 2)
    finally:
        keyring.use(ours)


def test_of_two_signers_one_signs(var_dir: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed(3)
    real, first = roots.sign, []

    def overtaken(head: chain.Head, before: roots.Root | None) -> roots.Root:
        root = real(head, before)
        if not first and database_url.startswith("postgresql"):
            first.append(True)
            other = threading.Thread(target=service.sign_root, args=(None, 0))
            other.start()
            other.join()
        return root

    monkeypatch.setattr(roots, "sign", overtaken)
    if database_url.startswith("postgresql"):
        with pytest.raises(IntegrityError):
            service.sign_root(None, 0)
    else:
        service.sign_root(None, 0)
    assert [root.number for root in queries.roots()] == [1]


def test_after_a_restore_roots_go_on_from_what_was_restored(var_dir: Path, time_travel: MovableClock) -> None:
    hours(time_travel, 2)
    gone = [event_at(seq) for seq in (5, 6, 7)]
    tamper(delete(CHAIN).where(CHAIN.c.seq >= 5), delete(EVENTS).where(EVENTS.c.id.in_(gone)))
    assert found() == ("truncated", 5)
    jobs.resume("operator-1", "restored the backup of 02:00")
    hours(time_travel, 1)
    assert audit.verify().intact
    assert [root.number for root in queries.roots()] == [1, 2]
    assert len(list(var_dir.glob("audit-roots.until-*.jsonl"))) == 1


def test_the_command_prints_roots_and_compares_those_somebody_kept(
    var_dir: Path, time_travel: MovableClock
) -> None:
    hours(time_travel, 2)
    printed = CliRunner().invoke(commands.audit, ["roots"]).output
    assert printed.split() == [root.jws for root in queries.roots()]
    assert CliRunner().invoke(commands.audit, ["roots", "--after", "1"]).output.split() == printed.split()[1:]
    kept = var_dir / "kept"
    kept.write_text(printed)
    done = CliRunner().invoke(commands.audit, ["verify", "--roots", str(kept)])
    assert done.exit_code == 0
    assert "2 signed roots compared" in done.output
    tamper(delete(ROOTS).where(ROOTS.c.number == 2))
    (var_dir / "audit-roots.jsonl").unlink()
    done = CliRunner().invoke(commands.audit, ["verify", "--roots", str(kept)])
    assert done.exit_code == 1
    assert "root 2 was kept and is gone" in done.output
