"""Argon2id in a bounded pool, so that a storm of logins can neither exhaust memory nor starve token traffic.

A hash costs 19 ms of one core and 19 MiB (OWASP: m=19456, t=2, p=1). More of them at once than there are
cores are slower together, not faster; more waiting than the queue holds are told to come back (503).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from idp.base.errors import Unavailable
from idp.base.secret import random_token

HASHER = PasswordHasher(
    time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, encoding="utf-8", type=Type.ID
)


class Pool:
    """So many hashes at once, so many waiting."""

    def __init__(self, workers: int, queue: int) -> None:
        self._seats = threading.BoundedSemaphore(workers + queue)
        self._cores = threading.BoundedSemaphore(workers)
        # Persons that do not exist, or have no password, cost what the others cost (Logto 4e968ae).
        self._decoy = HASHER.hash(random_token())

    def hash(self, password: str) -> str:
        """A PHC string with its own salt; raises ``Unavailable`` when the queue is full."""
        with self._seat():
            return HASHER.hash(_bytes(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password made the hash; the same work when there is none."""
        with self._seat():
            try:
                right = HASHER.verify(hashed or self._decoy, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return right and hashed is not None

    @contextmanager
    def _seat(self) -> Iterator[None]:
        if not self._seats.acquire(blocking=False):
            raise Unavailable("password hashing")
        try:
            with self._cores:
                yield
        finally:
            self._seats.release()


def _bytes(password: str) -> bytes:
    """A form may hold half a surrogate pair; then the answer is "wrong", not a defect."""
    return password.encode("utf-8", "surrogatepass")


def outdated(hashed: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(hashed)
