"""What the worker's jobs last did, for the console: kept in Redis, where a job's end costs one short command.

Nothing depends on it: a lost note is written anew with the next round.
"""

import time
from dataclasses import dataclass
from typing import Literal

import orjson

from idp.base import clock
from idp.base.redaction import redact
from idp.store import redis

_KEY = "worker:rounds"
#: Seconds between two notes of a job that goes well.
_PACE = 20
#: A job without a note for so many seconds does not run.
_LATE = 300
_LONGEST = 160

_noted: dict[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One job: when it last went well and how long it took, when it last failed and why."""

    job: str
    ran_at: int = 0
    milliseconds: int = 0
    failed_at: int = 0
    why: str = ""

    @property
    def standing(self) -> Literal["well", "failing", "late"]:
        """Whether its last run went well, and not too long ago."""
        if self.failed_at > self.ran_at:
            return "failing"
        return "late" if clock.now() > self.ran_at + _LATE else "well"


def went_well(job: str, began: float) -> None:
    """Note that a job that ``began`` at this reading of the monotonic clock is done."""
    moment = clock.now()
    if 0 <= moment - _noted.get(job, 0) < _PACE:
        return
    took = round((time.monotonic() - began) * 1000)
    redis.call("HSET", _KEY, f"{job}|well", orjson.dumps([moment, took]))
    _noted[job] = moment


def failed(job: str, why: str) -> None:
    """Note a failure; what it says of persons is masked."""
    redis.call("HSET", _KEY, f"{job}|failed", orjson.dumps([clock.now(), redact(why)[:_LONGEST]]))


def known() -> tuple[Round, ...]:
    """Every job that was noted, by name."""
    reply = redis.call("HGETALL", _KEY)
    pairs = reply.items() if isinstance(reply, dict) else zip(reply[::2], reply[1::2], strict=True)
    found = {bytes(name).decode(): orjson.loads(value) for name, value in pairs}
    jobs = sorted({name.rpartition("|")[0] for name in found})
    return tuple(
        _round(job, found.get(f"{job}|well", [0, 0]), found.get(f"{job}|failed", [0, ""])) for job in jobs
    )


def _round(job: str, well: list[int], failure: list[object]) -> Round:
    return Round(
        job=job, ran_at=well[0], milliseconds=well[1], failed_at=int(str(failure[0])), why=str(failure[1])
    )
