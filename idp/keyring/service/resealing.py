"""Rewriting what SQL holds under an older key, and asking whether anything still is.

Nothing is remembered between two runs: what is done is seen by its key id, so a run that was cut off is
begun again and passes over it at the speed of reading. Each page is one short transaction, and after it
others have their turn for as long: the server goes on meanwhile.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from idp.base.errors import Rejected
from idp.keyring.marker import Entry
from idp.keyring.stored import Page, Place, Stored
from idp.store.db import transaction

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page done: how far the walk is (0 to 1), what waited there and how much of it was rewritten."""

    reached: float
    waiting: int
    rewritten: int


def reseal(stored: Stored) -> Iterator[Step]:
    """Bring all of it under the key in force, step by step."""
    for page in _pages(stored):
        done = 0
        if page.waiting:
            began = time.monotonic()
            done = _rewrite(stored, page.waiting)
            time.sleep(time.monotonic() - began)
        yield Step(reached=_share(page.last), waiting=len(page.waiting), rewritten=done)


def depends(register: Iterable[Stored], entry: Entry) -> bool:
    """Whether anything would be lost without a key; read to the last row before it is denied.

    A database that holds nothing under keys of this kind is taken for the wrong one.
    """
    seen: set[str] = set()
    for stored in register:
        if stored.kind != entry.kind:
            continue
        for page in _pages(stored):
            seen |= page.used
            if entry.kid in seen:
                return True
    if not seen:
        raise Rejected("key.nothing", "This database holds nothing under such keys: is it the right one?")
    return False


def _pages(stored: Stored) -> Iterator[Page]:
    after: Place | None = None
    while True:
        page = stored.page(after, _PAGE)
        yield page
        if page.last is None:
            return
        after = page.last


@transaction
def _rewrite(session: Session, stored: Stored, waiting: Sequence[Any]) -> int:
    return stored.rewrite(session, waiting)


def _share(place: Place | None) -> float:
    """How far a place is: ids are random, so their first digits are spread evenly."""
    return 1.0 if place is None else int(place[0][:4], 16) / 0x10000
