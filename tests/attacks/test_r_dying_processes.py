"""Attack book, group R: what a server keeps and answers while its processes are killed, exchanged and ended.

One rig of real processes, in an order: at last the server is told to go under load.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.attacks.rig import Rig, children, rigged
from tests.interop.browserless import Browser


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server and its stores, all well."""
    with rigged(tmp_path_factory.mktemp("rig")) as made:
        made.database.start()
        made.start_valkey()
        made.await_ready(60)
        yield made


def test_r22_r23_killed_processes_accept_nothing_twice_and_come_back(rig: Rig) -> None:
    browser = Browser()
    forms = [rig.code(browser) for _ in range(16)]

    def redeem(form: dict[str, str]) -> int:
        try:
            return rig.post("/token", form).status
        except OSError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(redeem, form) for form in forms]
        time.sleep(0.02)
        for child in children(rig.served.process):
            os.kill(child, signal.SIGKILL)
        first = [one.result() for one in asked]
    rig.await_ready(30)
    second = [redeem(form) for form in forms]
    for one, two in zip(first, second, strict=True):
        assert (one, two).count(200) <= 1
        assert one in (0, 200, 503)
        assert two in (200, 400)
    assert rig.tokens()["token_type"] == "Bearer"
    rig.assert_recorded()


class Askers:
    """Threads that ask for the keys, each time by a connection of their own, as long as the block lasts."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.stop = threading.Event()
        self.seen: list[int] = []
        """Statuses; 0 where nobody listened, -1 where an answer was cut off."""
        self.threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def _ask(self) -> None:
        while not self.stop.is_set():
            try:
                self.seen.append(self.rig.get("/jwks").status)
            except ConnectionRefusedError:
                self.seen.append(0)
                time.sleep(0.01)
            except OSError:
                self.seen.append(-1)

    def __enter__(self) -> "Askers":
        for thread in self.threads:
            thread.start()
        time.sleep(0.3)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_r22_a_process_that_dies_again_and_again_is_started_again_and_again(rig: Rig) -> None:
    rig.await_ready(30)
    count = len(children(rig.served.process))
    for _ in range(4):
        os.kill(max(children(rig.served.process)), signal.SIGKILL)
        deadline = time.monotonic() + 15
        while len(children(rig.served.process)) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(children(rig.served.process)) == count
    assert rig.served.status() is None


def test_r24_a_reload_under_load_goes_on_answering(rig: Rig) -> None:
    before = set(children(rig.served.process))
    with Askers(rig) as askers:
        os.kill(rig.served.process, signal.SIGHUP)
        deadline = time.monotonic() + 20
        while len(before - set(children(rig.served.process))) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
    assert len(before - set(children(rig.served.process))) >= 2, "the processes are the old ones"
    assert set(askers.seen) == {200}, "requests were refused or cut off"


def test_r24_an_end_under_load_cuts_no_answer_off(rig: Rig) -> None:
    with Askers(rig) as askers:
        os.kill(rig.served.process, signal.SIGTERM)
        deadline = time.monotonic() + 35
        while rig.served.status() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    assert rig.served.status() == 0, rig.log[-2000:]
    # Who connects in the very moment in which a process closes its socket may be cut off.
    assert set(askers.seen) <= {200, 0, -1}
    assert askers.seen.count(-1) <= 1, "answers were cut off"
    assert 200 in askers.seen
