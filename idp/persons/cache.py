"""Recently read persons of this process: bounded, 30 seconds, emptied of a person whom a service changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from idp.base import clock
from idp.persons.person import Person

LIFETIME = 30
CAPACITY = 4096

_lock = threading.Lock()
_entries: OrderedDict[str, tuple[int, Person]] = OrderedDict()
_drops = 0


def get(person_id: str, read: Callable[[str], Person | None]) -> Person | None:
    """The remembered person, or the one just read.

    What was read while somebody was being dropped is not kept: it may be older than the change. Nor is a
    person who is not active: one just unfrozen is so for every process at once.
    """
    now = clock.now()
    with _lock:
        entry, drops = _entries.get(person_id), _drops
    if entry and 0 <= now - entry[0] < LIFETIME:
        return entry[1]
    person = read(person_id)
    with _lock:
        if person and person.active and drops == _drops:
            _entries[person_id] = (now, person)
            _entries.move_to_end(person_id)
            if len(_entries) > CAPACITY:
                _entries.popitem(last=False)
    return person


def drop(person_id: str) -> None:
    """Forget a person, after the change is committed."""
    global _drops
    with _lock:
        _drops += 1
        _entries.pop(person_id, None)


def clear() -> None:
    """Forget everybody: another database was opened."""
    global _drops
    with _lock:
        _drops += 1
        _entries.clear()
