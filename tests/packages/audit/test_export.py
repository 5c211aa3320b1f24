"""An export is verified by somebody who has nothing of ours: one file, run where ``idp`` is not there."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, update

from idp import keyring
from idp.audit import chain, commands, export, jobs, queries, roots
from idp.audit.queries import EVENTS
from idp.base import clock
from idp.base.errors import Rejected
from tests.conftest import MovableClock
from tests.packages.audit.chains import event_at, sealed, tamper
from tests.packages.audit.test_roots import hours, rewrite
from tests.records import events

Lines = list[dict[str, object]]


@pytest.fixture
def record(var_dir: Path, time_travel: MovableClock) -> tuple[int, int]:
    """Six hours of events; the second they begin, and the second the third of them ends."""
    since = clock.now()
    hours(time_travel, 3)
    until = clock.now() - 1
    hours(time_travel, 3)
    return since, until


@pytest.fixture
def exported(record: tuple[int, int], tmp_path: Path) -> Path:
    path = tmp_path / "out" / "record.jsonl"
    path.parent.mkdir()
    export.write(path, *record, operator="auditor-1", reason="yearly review")
    return path


def check(path: Path, *arguments: str) -> tuple[int, str]:
    """Run the verifier that lies beside an export, where nothing of ours can be imported."""
    blocked = "import sys; sys.modules['idp'] = None; import runpy; sys.argv = sys.argv[1:]; "
    run = blocked + "runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-I", "-c", run, str(path.parent / export.VERIFIER), str(path), *arguments]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def jwks(folder: Path) -> str:
    path = folder / "jwks.json"
    path.write_bytes(keyring.jwks())
    return str(path)


def read(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_the_verifier_has_nothing_of_ours(exported: Path) -> None:
    text = (exported.parent / export.VERIFIER).read_text("utf-8")
    assert "idp" not in [word for line in text.splitlines() if "import" in line for word in line.split()]
    status, output = check(exported, "--keys", jwks(exported.parent))
    assert status == 0
    assert output == "15 rows, places 1 to 15, 4 roots\nintact\n"


def test_without_keys_it_says_what_to_compare(exported: Path) -> None:
    status, output = check(exported)
    assert status == 0
    assert "nobody but the export itself vouches for the places after 0" in output
    assert queries.roots()[0].kid in output


def test_roots_that_somebody_kept_vouch_too(exported: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(CliRunner().invoke(commands.audit, ["roots"]).output)
    status, output = check(exported, "--roots", str(kept))
    assert (status, output.splitlines()[1:]) == (0, ["intact"])


def test_the_same_time_gives_the_same_bytes(
    exported: Path, record: tuple[int, int], time_travel: MovableClock
) -> None:
    first = exported.read_bytes()
    hours(time_travel, 2)
    export.write(exported, *record, operator="auditor-1")
    assert exported.read_bytes() == first


def test_a_part_begins_behind_a_root_and_says_so(
    record: tuple[int, int], time_travel: MovableClock, tmp_path: Path
) -> None:
    path = tmp_path / "part.jsonl"
    first = queries.roots()[1]
    part = export.write(path, first.time, first.time + 3600, operator="a")
    assert (part.first, part.last, part.previous) == (first.seq + 1, queries.roots()[3].seq, first.hash)
    assert check(path, "--keys", jwks(tmp_path)) == (0, "8 rows, places 8 to 15, 3 roots\nintact\n")


def test_an_export_is_recorded(exported: Path) -> None:
    jobs.ship()
    (event,) = queries.events(kind="audit.export")
    assert (json.loads(event.detail)["operator"], event.reason) == ("auditor-1", "yearly review")


def test_a_time_without_a_root_behind_it_is_refused_and_nothing_written(
    var_dir: Path, tmp_path: Path
) -> None:
    sealed(2)
    with pytest.raises(Rejected) as refused:
        export.write(tmp_path / "x", clock.now() - 10, clock.now(), operator="a")
    assert refused.value.code == "audit.no_root"
    with pytest.raises(Rejected) as refused:
        export.write(tmp_path / "x", 10, 10, operator="a")
    assert refused.value.code == "audit.range_empty"
    assert list(tmp_path.glob("*x*")) == []


def _flip(lines: Lines) -> None:
    row = lines[9]
    row["line"] = str(row["line"]).replace("login.success", "login.failure")


def _flip_hash(lines: Lines) -> None:
    lines[9]["hash"] = "f" * 64


def _delete(lines: Lines) -> None:
    del lines[9]


def _swap(lines: Lines) -> None:
    lines[9], lines[10] = lines[10], lines[9]


def _swap_events(lines: Lines) -> None:
    for name in ("line", "event_id"):
        lines[9][name], lines[10][name] = lines[10][name], lines[9][name]


def _duplicate(lines: Lines) -> None:
    lines.insert(10, dict(lines[9]))


def _cut_tail(lines: Lines) -> None:
    del lines[-2]


def _cut_end(lines: Lines) -> None:
    del lines[-1]


def _follow(lines: Lines) -> None:
    lines.append(lines[-2])


def _drop_root(lines: Lines) -> None:
    del lines[3]


def _alter_root(lines: Lines) -> None:
    data, _ = str(lines[3]["jws"]).rsplit(".", 1)
    lines[3]["jws"] = f"{data}.{str(lines[2]['jws']).rsplit('.', 1)[1]}"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_flip, "place 4: altered"), (_flip_hash, "place 4: altered"), (_delete, "place 4: missing"),
        (_swap, "place 4: missing"), (_swap_events, "place 4: altered"), (_duplicate, "place 4: duplicated"),
        (_cut_tail, "place 15: missing"), (_cut_end, "cut off"), (_follow, "something follows the end"),
        (_drop_root, "root 3 does not follow root 1"), (_alter_root, "signature of root 2"),
    ],
)  # fmt: skip
def test_l26_what_was_changed_in_an_export_is_named(
    exported: Path, change: Callable[[Lines], None], named: str
) -> None:
    lines = read(exported)
    assert [line["type"] for line in lines][5:7] == ["root", "row"]
    change(lines)
    exported.write_text("".join(map(_dumped, lines)))
    status, output = check(exported)
    assert status == 1
    assert named in output


def test_l26_a_flipped_byte_anywhere_is_found(exported: Path) -> None:
    content = exported.read_bytes()
    for place in range(5, len(content), 611):
        exported.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert check_here(exported) != 0, place


def _dumped(line: dict[str, object]) -> str:
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"


def check_here(path: Path) -> int:
    """The verifier's judgement without a process of its own; 0 intact."""
    from idp.audit import witness

    try:
        witness.verify(path, [], [])
    except (witness.Wrong, witness.Unreadable, LookupError, TypeError, ValueError):
        return 1
    return 0


def test_l26_a_record_written_anew_is_found_by_kept_roots(
    record: tuple[int, int], tmp_path: Path, var_dir: Path, time_travel: MovableClock
) -> None:
    """The whole chain and all roots anew, even with the server's own key: what was kept elsewhere tells."""
    kept = tmp_path / "kept"
    kept.write_text("\n".join(root.jws for root in queries.roots()))
    rewrite()
    previous = None
    for root in queries.roots():
        signed = roots.sign(_head(root.seq), previous)
        tamper(
            update(queries.ROOTS)
            .where(queries.ROOTS.c.number == root.number)
            .values(jws=signed.jws, hash=signed.hash, key=signed.key)
        )
        previous = signed
    path = tmp_path / "forged.jsonl"
    export.write(path, *record, operator="intruder")
    assert check(path, "--keys", jwks(tmp_path))[0] == 0
    status, output = check(path, "--roots", str(kept))
    assert status == 1
    assert "root 1 is not the one you kept" in output


def _head(seq: int) -> chain.Head:
    (row,) = (place for batch in queries.chain(after=seq - 1, until=seq) for place in batch)
    return chain.Head(seq=seq, hash=row[3])


def test_what_is_no_export_is_not_readable(exported: Path) -> None:
    exported.write_text('{"type":"row"}\n{"type":"end","sha256":"x"}\n')
    status, output = check(exported)
    assert status == 2
    assert "no manifest" in output


@pytest.mark.parametrize(
    ("days", "told"), [(402, "1 events were removed at the end"), (398, "place 3: missing")]
)
def test_what_retention_removed_leaves_its_place(
    days: int, told: str, var_dir: Path, tmp_path: Path, time_travel: MovableClock
) -> None:
    """What is gone too early was removed by somebody else, whatever the record says of it."""
    time_travel.advance(-days * 86_400)
    since = clock.now()
    hours(time_travel, 3)
    tamper(delete(EVENTS).where(EVENTS.c.id == event_at(3)))
    path = tmp_path / "removed.jsonl"
    export.write(path, since, clock.now() - 1, operator="a")
    status, output = check(path, "--keys", jwks(tmp_path))
    assert (status, told in output) == (int(days < 400), True)


def test_no_export_passes_for_a_longer_one(record: tuple[int, int], tmp_path: Path) -> None:
    """Nobody signed the manifest: what it claims is held against the moments of the roots."""
    since, until = record
    path = tmp_path / "part.jsonl"
    export.write(path, since, until, operator="a")
    assert "does not hold" not in check(path)[1]
    export.write(path, since, until + 10 * 86_400, operator="a")
    status, output = check(path)
    assert status == 0
    assert "does not hold what was recorded after" in output
    export.write(path, since + 2 * 3600 + 60, until, operator="a")
    first, *rest = path.read_bytes().splitlines(keepends=True)
    manifest = json.loads(first)
    assert manifest["first"] > 1
    said = [json.dumps(manifest | {"from": "2020-01-01T00:00:00Z"}).encode() + b"\n", *rest[:-1]]
    end = {"type": "end", "sha256": hashlib.sha256(b"".join(said)).hexdigest()}
    path.write_bytes(b"".join(said) + json.dumps(end).encode() + b"\n")
    status, output = check(path)
    assert status == 0
    assert "does not hold what was recorded before" in output


@pytest.mark.parametrize(("since", "until"), [(-62_135_625_943, 10), (0, 2**40), (5, 5)])
def test_a_time_that_no_calendar_has_is_not_exported(since: int, until: int, var_dir: Path) -> None:
    with pytest.raises(Rejected, match=r"audit\.range_empty"):
        export.answer(since, until, operator="a", reason="yearly review")
    assert events("audit.export") == []


def test_the_command_writes_the_export_and_the_verifier(record: tuple[int, int], tmp_path: Path) -> None:
    since, until = (datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%dT%H:%M:%S") for each in record)
    path = tmp_path / "by-command.jsonl"
    done = CliRunner().invoke(
        commands.audit, ["export", "--from", since, "--to", until, "--operator", "a", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert "places 1 to 15 with 4 roots" in done.output
    assert check(path, "--keys", jwks(tmp_path))[0] == 0
