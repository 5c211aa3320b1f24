"""Changes to the keys: a successor, or the end of a compromised one. Each is on record before it holds.

The audit package is our neighbour and may not be known here: whoever calls brings ``audit.record``.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from idp import keyring
from idp.base import clock
from idp.base.errors import Rejected
from idp.keyring import files, marker, material
from idp.keyring.marker import Entry
from idp.keyring.ring import keep_seconds, load
from idp.settings import current as settings

#: Kinds whose keys may end once nothing depends on them.
REWRITTEN = ("seal", "blind-index")

#: Clocks may differ by a minute, and a write under an older key may be under way for as long again.
_SETTLED = 120


class Recorder(Protocol):
    """The shape of ``audit.record``."""

    def __call__(
        self,
        kind: str,
        /,
        *,
        key_id: str,
        use: str,
        operator: str,
        algorithm: str | None = None,
        action: str | None = None,
        count: int | None = None,
    ) -> None:
        """Write one audit event."""


def rotate(kind: str, *, operator: str, record: Recorder) -> Entry:
    """Publish a successor of a key now; it takes over when every portal has had time to fetch it.

    NIST SP 800-57 Part 1 §5.3.5 (key states), OpenID Connect Core §10.1.1 (rotation of signing keys).
    """
    if kind not in material.ROTATING:
        raise Rejected("key.kind", "This kind of key does not rotate")
    text = material.generate(kind)
    kid, _ = material.parse(kind, text)
    now = clock.now()
    entry = Entry(kid=kid, kind=kind, created_at=now, active_from=now + settings().key_publish_lead)
    folder = keyring.current().folder
    with files.locked(folder):
        entries = load(folder).entries
        states = {one.entry.kid: one.state for one in marker.standings(entries, now, keep_seconds())}
        if any(states[other.kid] == "next" for other in entries if other.kind == kind):
            raise Rejected("key.pending", "A successor is already published")
        _tell("key.rotate", entry, operator, record)
        files.write(folder / entry.file_name, text)
        gone = [other for other in entries if states[other.kid] == "left"]
        _publish([*(other for other in entries if other not in gone), entry])
        _remove(gone)
    return entry


def retire(kid: str, *, operator: str, record: Recorder) -> None:
    """Stop trusting a key at once (compromise); if it was the one in use, another is now."""
    now = clock.now()
    folder = keyring.current().folder
    with files.locked(folder):
        entries = load(folder).entries
        entry = next((one for one in entries if one.kid == kid and one.retired_at is None), None)
        if entry is None:
            raise Rejected("key.unknown", "No such key")
        if entry.kind not in material.ENDING_AT_ONCE:
            raise Rejected("key.kind", "What this key protects would be lost")
        _tell("key.retire", entry, operator, record)
        after = [replace(one, retired_at=now) if one is entry else one for one in entries]
        _publish(_with_a_successor(after, entry.kind, now))
        _remove([entry])


def discard(kid: str, *, operator: str, record: Recorder, depends: Callable[[Entry], bool]) -> None:
    """End a sealing or index key for good, once nothing depends on it any more.

    Every process must have written under a successor for a while, or one could still lay something under
    the key behind our back.
    """
    entry = _superseded(kid)
    if depends(entry):
        raise Rejected("key.in_use", "Something is still kept under this key: run `idp keys reseal`")
    folder = keyring.current().folder
    with files.locked(folder):
        entries = load(folder).entries
        if entry not in entries:
            raise Rejected("key.unknown", "No such key")
        _tell("key.retire", entry, operator, record)
        _publish(replace(one, retired_at=clock.now()) if one == entry else one for one in entries)
        _remove([entry])


def tell_resealing(
    kind: str, action: str, *, operator: str, record: Recorder, count: int | None = None
) -> None:
    """Record that the rewriting under the key of a kind has begun or finished."""
    standings = marker.standings(keyring.current().entries, clock.now(), keep_seconds())
    (kid,) = (one.entry.kid for one in standings if one.entry.kind == kind and one.state == "current")
    record("key.reseal", key_id=kid, use=kind, operator=operator, action=action, count=count)


def _superseded(kid: str) -> Entry:
    """The entry of a key that another one has followed for long enough."""
    now, ring = clock.now(), keyring.current()
    known = {one.entry.kid: one for one in marker.standings(load(ring.folder).entries, now, keep_seconds())}
    found = known.get(kid)
    if found is None or found.state == "retired":
        raise Rejected("key.unknown", "No such key")
    entry = found.entry
    if entry.kind not in REWRITTEN:
        raise Rejected("key.kind", "What this key protects would be lost")
    if found.state != "old":
        raise Rejected("key.in_force", "Rotate first: this key is in force or waits for it")
    (current,) = (one for one in known.values() if one.entry.kind == entry.kind and one.state == "current")
    if now < current.entry.active_from + _SETTLED:
        raise Rejected("key.unsettled", f"Its successor must be in force for {_SETTLED} seconds first")
    return entry


def _tell(event: str, entry: Entry, operator: str, record: Recorder) -> None:
    use = "signature" if entry.kind in material.SIGNING else "encryption"
    published = entry.kind in material.PUBLISHED
    record(
        event,
        key_id=entry.kid,
        use=use if published else entry.kind,
        algorithm=entry.kind if published else None,
        operator=operator,
    )


def _with_a_successor(entries: list[Entry], kind: str, now: int) -> list[Entry]:
    """See that a key is in use: the waiting successor early, or one made on the spot."""
    alive = [one for one in entries if one.kind == kind and one.retired_at is None]
    if any(one.active_from <= now for one in alive):
        return entries
    if alive:
        first = min(alive, key=lambda one: one.active_from)
        return [replace(one, active_from=now) if one is first else one for one in entries]
    text = material.generate(kind)
    made = Entry(kid=material.parse(kind, text)[0], kind=kind, created_at=now, active_from=now)
    files.write(keyring.current().folder / made.file_name, text)
    return [*entries, made]


def _publish(entries: Iterable[Entry]) -> None:
    ring = keyring.current()
    files.write(ring.folder / marker.NAME, marker.dump(entries))
    ring.refresh()


def _remove(entries: Iterable[Entry]) -> None:
    """Material that nothing names any more is not left lying about."""
    for entry in entries:
        (keyring.current().folder / entry.file_name).unlink(missing_ok=True)
