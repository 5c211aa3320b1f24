"""The local spool: one write an event, a lock that ends with its process, refused when it cannot be kept."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from multiprocessing.synchronize import Event as Flag
from pathlib import Path

import pytest

from idp import audit
from idp.audit import spool
from idp.audit.event import Event
from idp.base.errors import Unavailable


def lines(folder: Path) -> list[bytes]:
    return [line for path in spool.files(folder / "spool") for line in path.read_bytes().splitlines()]


def test_an_event_is_on_disk_when_record_returns(var_dir: Path) -> None:
    audit.record("login.success", method="pwd")
    (line,) = lines(var_dir)
    assert Event.parse(line).kind == "login.success"


def test_one_event_is_one_write(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record("login.success")
    writes: list[bytes] = []
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: writes.append(data) or real(fd, data))
    audit.record("login.failure")
    assert len(writes) == 1
    assert writes[0].endswith(b"}\n")


def test_files_and_folder_are_the_servers_alone(var_dir: Path) -> None:
    audit.record("login.success")
    (path,) = spool.files(var_dir / "spool")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_threads_share_a_file_without_mixing_lines(var_dir: Path) -> None:
    def work() -> None:
        for _ in range(200):
            audit.record("login.success", method="pwd")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = lines(var_dir)
    assert len({Event.parse(line).id for line in found}) == len(found) == 1600


def test_a_forked_process_opens_its_own_file(var_dir: Path) -> None:
    audit.record("login.success", method="parent")
    child = os.fork()
    if child == 0:
        try:
            audit.record("login.success", method="child")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    audit.record("login.success", method="parent")
    mine, theirs = spool.files(var_dir / "spool")
    assert (mine.read_bytes().count(b"\n"), theirs.read_bytes().count(b"\n")) == (2, 1)
    assert (spool.finished(mine), spool.finished(theirs)) == (False, True)


def test_a_fork_while_another_thread_writes_does_not_hang_the_child(var_dir: Path) -> None:
    with spool.writer()._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(5)
            try:
                audit.record("login.success")
            finally:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0


def test_a_file_is_unfinished_until_its_writer_ends_or_goes_on(
    var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "FILE_LIMIT", 1000)
    for _ in range(5):
        audit.record("login.success")
    files = spool.files(var_dir / "spool")
    assert len(files) > 1
    assert [spool.finished(path) for path in files] == [True] * (len(files) - 1) + [False]
    assert all(path.stat().st_size <= 1000 for path in files)


def test_a_full_spool_refuses(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record("login.success")
    monkeypatch.setattr(spool, "TOTAL_LIMIT", 1)
    audit.record("login.success")  # looked at only when a file is opened
    spool.close()
    with pytest.raises(Unavailable):
        audit.record("login.success")


def test_a_folder_that_cannot_be_written_refuses_and_recovers(var_dir: Path) -> None:
    (var_dir / "spool").write_text("a file in the folder's place")
    with pytest.raises(Unavailable):
        audit.record("login.success")
    (var_dir / "spool").unlink()
    audit.record("login.success")
    assert len(lines(var_dir)) == 1


FULL_DISK = """
import resource, sys
from pathlib import Path
from idp import audit, settings
from idp.base.errors import Unavailable
settings.use(settings.Settings(environment="test", var_dir=Path(sys.argv[1])))
audit.record("login.success")
resource.setrlimit(resource.RLIMIT_FSIZE, (400, resource.RLIM_INFINITY))
refused = 0
for _ in range(3):
    try:
        audit.record("login.failure", cause="x" * 250)
    except Unavailable:
        refused += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
audit.record("login.success")
print(refused)
"""


def test_r15_a_disk_that_takes_half_a_line_refuses_and_nothing_follows_the_half_line(var_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(var_dir)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "3"
    whole = [line for line in lines(var_dir) if line.endswith(b"}")]
    assert [Event.parse(line).kind for line in whole] == ["login.success", "login.success"]
    # Each half line is the last of its file.
    assert all(path.read_bytes().count(b"\n") <= 1 for path in spool.files(var_dir / "spool"))


def _hold(folder: Path, ready: Flag, end: Flag) -> None:
    with spool.alone(folder, "ship") as alone:
        assert alone
        ready.set()
        end.wait(30)


def test_only_one_process_of_a_machine_ships(var_dir: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready, end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(var_dir, ready, end))
    other.start()
    assert ready.wait(10)
    with spool.alone(var_dir, "ship") as alone:
        assert not alone
    end.set()
    other.join(10)
    with spool.alone(var_dir, "ship") as alone:
        assert alone
