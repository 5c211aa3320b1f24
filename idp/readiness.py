"""``/readyz``: whether what a login or a token needs can be read and written now."""

from collections.abc import Callable

from idp import audit, keyring
from idp.base.errors import Unavailable
from idp.store import db, elsewhere, once


def state() -> dict[str, bool]:
    """Each store and whether it is well; asked where waiting holds up nobody."""
    return {
        "database": elsewhere.run(_is_well, db.demand_writable),
        "redis": _is_well(_ask_redis),
        "record": elsewhere.run(audit.has_room),
        "keys": not keyring.broken(),
    }


def waiting() -> dict[str, int]:
    """What of the record waits: bytes to be shipped on this machine, events to be streamed to each sink."""
    try:
        streams = {one.sink: one.waiting for one in audit.streams()}
    except Unavailable:
        streams = {}
    return {"spool_bytes": elsewhere.run(audit.backlog), **streams}


def _is_well(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Unavailable:
        return False
    return True


def _ask_redis() -> None:
    # From here on marks are kept: what is used for the first time afterwards is known to be.
    for kind in ("jti", "dpop"):
        once.since(kind)
