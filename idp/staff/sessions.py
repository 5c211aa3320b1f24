"""Sessions of staff: in Redis, apart from citizens', short, and over as soon as the account changes.

GB/T 22239-2019 §8.1.4.1 b): 15 minutes idle, four hours at most.
"""

import secrets
import struct
from dataclasses import asdict, dataclass, replace
from typing import Any

from idp import keyring
from idp.base import clock
from idp.base.errors import Rejected
from idp.staff import queries
from idp.staff.member import Member
from idp.store import redis
from idp.store.ephemeral import Records

IDLE = 15 * 60
ABSOLUTE = 4 * 3600
#: A sensitive verb asks for a factor shown within so many seconds (ASVS 5.0 §7.5.3).
FRESH = 5 * 60

_records = Records("staff", IDLE)
#: What a cookie holds, sealed: that it is one of staff, when it was made, and what nobody guesses.
_FORM = struct.Struct(">5sQ32s")
_LABEL = b"staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """One login of one member."""

    staff_id: str
    version: int
    started_at: int
    proved_at: int
    """When both factors, or the second again, were last shown."""

    @property
    def fresh(self) -> bool:
        """Whether a sensitive verb may follow."""
        return clock.now() < self.proved_at + FRESH


def start(member: Member) -> str:
    """Begin a session; the cookie's value."""
    cookie, now = _cookie(), clock.now()
    _put(cookie, StaffSession(staff_id=member.id, version=member.version, started_at=now, proved_at=now))
    return cookie


def find(cookie: str) -> tuple[StaffSession, Member] | None:
    """The session and its member, if both are alive; looking keeps it from idling out."""
    kept = _session(_records.peek(cookie))
    if kept is None or clock.now() >= kept.started_at + ABSOLUTE:
        return None
    member = queries.find(kept.staff_id)
    if member is None or member.status != "active" or member.version != kept.version:
        _records.drop(cookie)
        return None
    # Only a record that is still there lives on: a look that comes late must not bring back an ended session.
    redis.call("EXPIRE", _records.key(cookie), _left(kept))
    return kept, member


def proved(cookie: str, kept: StaffSession, version: int | None = None) -> str:
    """The same session under a new cookie, fresh from now on; raises ``Rejected`` when it ended meanwhile."""
    if _records.take(cookie) is None:
        raise Rejected("AUTH-007", why="the session ended meanwhile", status=403)
    renewed = _cookie()
    _put(renewed, replace(kept, proved_at=clock.now(), version=version or kept.version))
    return renewed


def issued(cookie: str) -> bool:
    """Whether we made this cookie, no longer ago than a session lasts; no store is asked whether one does."""
    plain = keyring.open_token(cookie) or b""
    if len(plain) != _FORM.size:
        return False
    label, made_at, _ = _FORM.unpack(plain)
    return bool(label == _LABEL and clock.now() < made_at + ABSOLUTE)


def end(cookie: str) -> None:
    """End a session."""
    _records.drop(cookie)


def _cookie() -> str:
    return keyring.seal_token(_FORM.pack(_LABEL, clock.now(), secrets.token_bytes(32)))


def _put(cookie: str, kept: StaffSession) -> None:
    _records.put(cookie, asdict(kept), lifetime=_left(kept))


def _left(kept: StaffSession) -> int:
    return max(1, min(IDLE, kept.started_at + ABSOLUTE - clock.now()))


def _session(record: dict[str, Any] | None) -> StaffSession | None:
    try:
        return StaffSession(**record) if record else None
    except TypeError:
        return None
