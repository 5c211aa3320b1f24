"""What the worker runs: ship the spool into SQL, seal what was shipped."""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from idp import journal, metrics, settings
from idp.audit import chain, event, queries, roots, service, spool
from idp.audit import watch as watching
from idp.audit.alarm import KINDS as ALARM_KINDS
from idp.audit.alarm import alarms, placed, strongest
from idp.audit.months import Month, kept_from
from idp.audit.retention import Cleaning, settled
from idp.base import clock
from idp.base.errors import Unavailable

log = logging.getLogger("idp.audit")
structured = journal.logger("idp.audit.alarms")

_CHUNK = 256 * 1024
_BATCH = 500
_ATTEMPTS = 3
_HOUR = 3600
#: Seconds between two looks for alarms: somebody is to know of an attack within a minute.
_LOOK = 15

#: When jobs that are done only so often are due again.
_next: dict[str, int] = {}


def ship() -> int:
    """Bring spooled events into SQL, each once, with their places; returns how many were new there.

    Stored first, the offset moved after: a shipper that dies in between ships the batch again, and the
    database keeps the first. Raises ``Unavailable`` when it does not answer; the events stay.
    """
    with _alone() as alone:
        return sum(_ship_file(path) for path in spool.files(_folder())) if alone else 0


def seal() -> int:
    """Give waiting events their place in the chain; returns how many got one.

    What was recorded in a transaction waits, and what could be shipped but not sealed.
    """
    total = 0
    with _alone() as alone:
        while alone and (sealed := _seal_batch()):
            total += sealed
    return total


def sign_root() -> int:
    """Sign the newest place of the chain when the hour is over; returns how many roots were signed."""
    with _alone() as alone:
        due, newest = clock.now() - roots.INTERVAL, queries.newest_root()
        if not alone or (newest and newest.signed_since(due)):
            return 0
        try:
            root = service.sign_root(chain.kept(), due)
        except IntegrityError:
            return 0  # another machine was first
        except chain.Broken as error:
            log.critical("audit chain is broken, no root is signed: %s", error)
            return 0
        if root is None:
            return 0
        roots.keep_outside(root)
        return 1


def make_months() -> int:
    """See once an hour that months to come have partitions; returns how many were made."""
    return service.make_months(Month.of(clock.now())) if _due("make_months") else 0


def clean() -> int:
    """Remove the oldest month that is no longer kept, once an hour; returns how many events went.

    One month a time, so that a server that was off for long does not remove for hours what it also has to
    write; what an earlier round left undone is finished first. A month waits until the last of its events,
    however late it came, has been sealed for 400 days, which a signed root proves.
    """
    if not _due("clean"):
        return 0
    # Beside the chain's own lock: shipping and sealing go on while a long month goes.
    with spool.alone(_folder(), "clean") as alone:
        if not alone:
            return 0
        keep = kept_from(clock.now(), settings.current().audit_retention_days)
        last = settled(queries.roots())
        unfinished = Cleaning.of(queries.newest("audit.clean"))
        if unfinished and unfinished.month < keep:
            _finish(unfinished, last)
        oldest = queries.oldest()
        if oldest is None or oldest >= keep or queries.waits_before(oldest.next.start * 1_000_000):
            return 0
        end = oldest.next.first_id
        if queries.last_place_before(end) > last:
            return 0
        try:
            count, first = queries.count_before(end), queries.first_place_from(end)
            cleaning = service.clean(oldest, count, first, chain.kept())
        except chain.Broken as error:
            log.critical("audit chain is broken, nothing is removed: %s", error)
            return 0
        _finish(cleaning, last)
        log.info("audit.clean month=%s rows=%d", cleaning.month, cleaning.count)
        return cleaning.count


def _finish(cleaning: Cleaning, last: int) -> None:
    """Remove what a clean-up says, and whatever it says no place behind ``last``."""
    while service.drop_events(cleaning.month.next.first_id, last, _BATCH * 4):
        pass
    while cleaning.seq <= last and service.drop_places(cleaning.seq, _BATCH * 4):
        pass


def _due(job: str, pace: int = _HOUR) -> bool:
    """Whether a job that is done only so often is to be done now."""
    moment = clock.now()
    if moment < _next.get(job, 0):
        return False
    _next[job] = moment + pace
    return True


def watch() -> int:
    """Look for what somebody should look at; returns how many alarms were raised."""
    if not _due("watch", _LOOK):
        return 0
    now = clock.now()
    try:
        signs = [placed(sign) for sign in strongest(watching.signs(now)).values()]
        raised = service.keep_alarms(signs, now) if signs or alarms(open_only=True, limit=1) else []
    except IntegrityError:
        return 0  # another machine raised them at this moment
    except Unavailable:
        if (age := watching.spool_age(now)) >= settings.current().alarm_record_standstill:
            structured.critical("audit.alarm", kind="writer", subject="spool", count=age)
        raise
    for sign in raised:
        structured.error("audit.alarm", kind=sign.kind, subject=sign.subject, count=sign.count)
    still = Counter(one.kind for one in alarms(open_only=True, limit=1000))
    for kind in ALARM_KINDS:
        metrics.audit_alarms(kind, still[kind])
    return len(raised)


def resume(operator: str, reason: str) -> None:
    """Accept the chain as it stands after a restore or an incident, and go on from there."""
    try:
        kept = chain.kept()
    except chain.Broken:
        kept = None
    chain.keep(service.resume(kept, operator, reason))
    roots.leave_outside()


def backlog() -> int:
    """Bytes in the spool that are not in SQL yet."""
    return spool.backlog()


def quarantined() -> int:
    """How many broken pieces of spool wait for somebody to look at them."""
    return len(list((_folder() / "quarantine").glob("*")))


def _folder() -> Path:
    return settings.current().var_dir / "spool"


def _alone() -> AbstractContextManager[bool]:
    """Whether this is the only process of the machine that moves the chain and the head kept outside."""
    return spool.alone(_folder(), "chain")


def _seal_batch() -> int:
    for _ in range(_ATTEMPTS):
        try:
            kept = chain.kept()
            sealed, head = service.seal(kept, _BATCH)
        except IntegrityError:
            continue  # another node took the place; look at the new end
        except chain.Broken as error:
            log.critical("audit chain is broken, sealing has stopped: %s", error)
            return 0
        if head != kept:
            chain.keep(head)
        return sealed
    return 0


def _ship_file(path: Path) -> int:
    # Asked before reading: what a finished file holds afterwards is all it will ever hold.
    complete = spool.finished(path)
    new = 0
    for lines, end in _chunks(path, spool.shipped(path), complete):
        new += _keep(_by_id(lines, path))
        chain.replace(spool.offset_path(path), b"%d" % end)
    if complete:
        path.unlink()
        spool.offset_path(path).unlink(missing_ok=True)
    return new


def _chunks(path: Path, offset: int, complete: bool) -> Iterator[tuple[list[bytes], int]]:
    """Whole lines from ``offset`` on, with the offset behind them; half a line waits for its writer.

    What is appended meanwhile waits for the next round: running after a busy writer, each batch would hold
    the few lines of the last one's duration, and a batch costs as much as fifty events.
    """
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(offset)
        while chunk := file.read(min(_CHUNK, end - offset)):
            whole = chunk.rfind(b"\n") + 1
            if not whole and (complete or len(chunk) == _CHUNK):
                whole = len(chunk)
            if not whole:
                return
            offset += whole
            file.seek(offset)
            yield chunk[:whole].removesuffix(b"\n").split(b"\n"), offset


def _by_id(lines: list[bytes], path: Path) -> dict[str, bytes]:
    found = {}
    for line in lines:
        try:
            found[event.read(line)["id"]] = line
        except ValueError as error:
            _quarantine(line, path)
            log.error("audit spool %s holds a broken line: %s", path.name, type(error).__name__)
    return found


def _keep(lines: dict[str, bytes]) -> int:
    """Store events with their places; without, when another node took those or the chain is broken."""
    try:
        kept = chain.kept()
        new, head = service.ship(lines, kept)
    except (IntegrityError, chain.Broken):
        return service.store(lines)
    if head != kept:
        chain.keep(head)
    return new


def _quarantine(line: bytes, path: Path) -> None:
    folder = path.parent / "quarantine"
    folder.mkdir(exist_ok=True, mode=0o700)
    with (folder / path.name).open("ab") as file:
        file.write(line + b"\n")
