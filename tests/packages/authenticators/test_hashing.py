"""The pool: bounded, fair to strangers, never in the way of others."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.authenticators.password import hashing
from idp.authenticators.password.hashing import Pool
from idp.base.errors import Unavailable


class Slow:
    """A hasher that hashes when it is told to, and counts how many do so at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.running = 0
        self.most = 0
        self.started = threading.Semaphore(0)
        self._lock = threading.Lock()

    def hash(self, password: object) -> str:
        return "$decoy"

    def verify(self, hashed: str, password: bytes) -> bool:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.started.release()
        self.go.wait(10)
        with self._lock:
            self.running -= 1
        return True


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    monkeypatch.setattr(hashing, "HASHER", made)
    return made


def test_only_so_many_hash_at_once_and_beyond_the_queue_is_unavailable(slow: Slow) -> None:
    pool = Pool(workers=2, queue=3)
    with ThreadPoolExecutor(5) as threads:
        waiting = [threads.submit(pool.verify, "$x", "password") for _ in range(5)]
        slow.started.acquire()
        slow.started.acquire()
        while pool._seats._value:  # type: ignore[attr-defined]
            pass
        with pytest.raises(Unavailable, match="password hashing"):
            pool.verify("$x", "password")
        slow.go.set()
        assert [one.result() for one in waiting] == [True] * 5
    assert slow.most == 2


def test_seats_are_given_back(slow: Slow) -> None:
    pool = Pool(workers=1, queue=1)
    slow.go.set()
    for _ in range(10):
        assert pool.verify("$x", "password") is True


def test_seats_are_given_back_after_a_failure(monkeypatch: pytest.MonkeyPatch, slow: Slow) -> None:
    def defect(hashed: str, password: bytes) -> bool:
        raise MemoryError

    pool = Pool(workers=1, queue=1)
    monkeypatch.setattr(slow, "verify", defect)
    for _ in range(10):
        with pytest.raises(MemoryError):
            pool.verify("$x", "password")


def test_nobody_is_verified_against_a_real_hash_of_todays_parameters() -> None:
    pool = Pool(workers=1, queue=1)
    assert pool._decoy.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert pool.verify(None, "anything") is False


def test_for_nobody_the_decoy_is_hashed(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(slow, "verify", lambda hashed, password: bool(seen.append(hashed)))
    pool = Pool(workers=1, queue=1)
    pool.verify(None, "anything")
    pool.verify("$theirs", "anything")
    assert seen == [pool._decoy, "$theirs"]


def test_even_who_guesses_the_decoy_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(workers=1, queue=1)
    pool._decoy = hashing.HASHER.hash("guessed")
    assert pool.verify(None, "guessed") is False
    assert pool.verify(pool._decoy, "guessed") is True


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$broken", "$2b$12$x"])
def test_a_damaged_hash_is_a_wrong_password(stored: str) -> None:
    assert Pool(workers=1, queue=1).verify(stored, "plain text") is False
