"""Looking for what somebody should look at: spraying, mass look-ups, a record that stands still.

No password is kept or compared: whoever tries one password at many accounts fails at many accounts, and that
is counted, here for each address and by the throttle for each network and for all of them together.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator

import orjson
from sqlalchemy import distinct, except_, func, or_, select

from idp import settings
from idp.audit import months, queries, spool, stream
from idp.audit.alarm import Sign
from idp.audit.events import LOOKUPS
from idp.audit.queries import EVENTS, UNSEALED
from idp.audit.roots import INTERVAL
from idp.base.errors import Unavailable
from idp.store import db

log = logging.getLogger("idp.audit")

_HOUR = 3600
_DAY = 86_400
#: Look-ups of staff read at one look; so many in an hour are an alarm whatever they are.
_MOST = 20_000
_STREAM_PATIENCE = 600


def signs(now: int) -> Iterator[Sign]:
    """Everything that is wrong now; a look that takes too long does not keep the others from being taken."""
    failed = 0
    for look in _LOOKS:
        try:
            yield from look(now)
        except Unavailable:
            failed += 1
            log.warning("looking for alarms: %s found no answer", look.__name__.strip("_"))
            if failed == len(_LOOKS):
                raise


def spool_age(now: int) -> int:
    """For how many seconds the oldest event of this machine has waited to be shipped."""
    oldest = spool.oldest()
    return max(0, now - oldest // 1_000_000) if oldest else 0


def _since(seconds: int) -> str:
    return months.first_id(seconds * 1_000_000)


def _sprays(now: int) -> Iterator[Sign]:
    rules = settings.current()
    window, since = rules.login_failure_window, _since(now - rules.login_failure_window)
    failed = func.count(distinct(EVENTS.c.person))
    by_address = (
        select(EVENTS.c.address, failed)
        .where(EVENTS.c.kind == "login.failure", EVENTS.c.id >= since)
        .group_by(EVENTS.c.address)
        .having(failed >= rules.login_spray_accounts)
    )
    for row in db.fetch_all(by_address):
        address, count = tuple(row)
        yield Sign(kind="spray", subject=address, count=count, window=window)
    told = select(EVENTS.c.address, EVENTS.c.reason, EVENTS.c.detail).where(
        EVENTS.c.kind == "login.spray", EVENTS.c.id >= since
    )
    for row in db.fetch_all(told):
        subject = "everywhere" if row.reason == "everywhere" else row.address
        count = orjson.loads(row.detail).get("count", 0)
        yield Sign(kind="spray", subject=subject, count=count, window=window)


def _lookups_of_staff(now: int) -> Iterator[Sign]:
    """Members of staff who look at very many persons, or try very many numbers that nobody has."""
    read = (
        select(EVENTS.c.id, EVENTS.c.person, EVENTS.c.detail)
        .where(EVENTS.c.kind.in_(sorted(LOOKUPS)), EVENTS.c.id >= _since(now - _HOUR))
        .where(or_(EVENTS.c.person != "", EVENTS.c.kind == "people.search"))
        .order_by(EVENTS.c.id.desc())
        .limit(_MOST)
    )
    persons: dict[str, set[str]] = defaultdict(set)
    for row in db.fetch_all(read):
        detail = orjson.loads(row.detail)
        persons[str(detail.get("operator") or detail.get("staff") or "")].add(row.person or row.id)
    for operator, seen in persons.items():
        if len(seen) >= settings.current().alarm_lookups_by_staff:
            yield Sign(kind="lookup", subject=operator, count=len(seen), window=_HOUR)


def _lookups_of_clients(now: int) -> Iterator[Sign]:
    """Portals that read very many persons who did not come to them within a day."""
    most = settings.current().alarm_lookups_by_portal
    read, since = func.count(distinct(EVENTS.c.person)), _since(now - _HOUR)
    busy = (
        select(EVENTS.c.client)
        .where(EVENTS.c.kind == "userinfo.read", EVENTS.c.id >= since)
        .group_by(EVENTS.c.client)
        .having(read >= most)
    )
    for (client,) in db.fetch_all(busy):
        of_client = select(EVENTS.c.person).where(EVENTS.c.client == client)
        absent = except_(
            of_client.where(EVENTS.c.kind == "userinfo.read", EVENTS.c.id >= since),
            of_client.where(EVENTS.c.kind == "authz.grant", EVENTS.c.id >= _since(now - _DAY)),
        ).subquery()
        found = db.fetch_one(select(func.count()).select_from(absent))
        if found and found[0] >= most:
            yield Sign(kind="lookup", subject=client, count=found[0], window=_HOUR)


def _standstill(now: int) -> Iterator[Sign]:
    patience = settings.current().alarm_record_standstill
    if (age := spool_age(now)) >= patience:
        yield Sign(kind="writer", subject="spool", count=age)
    found = db.fetch_one(select(func.min(UNSEALED.c.time)))
    if found and found[0] and (age := now - found[0] // 1_000_000) >= patience:
        yield Sign(kind="writer", subject="chain", count=age)


def _unsigned(now: int) -> Iterator[Sign]:
    newest = queries.newest_root()
    since = newest.time if newest else queries.first_sealed_at()
    if since and (age := abs(now - since)) >= 2 * INTERVAL:
        yield Sign(kind="root", subject="root", count=age)


def _streams(now: int) -> Iterator[Sign]:
    for one in stream.states():
        if one.waiting and now - one.delivered_at >= _STREAM_PATIENCE:
            yield Sign(kind="stream", subject=one.sink, count=one.waiting)


_LOOKS = (_sprays, _lookups_of_staff, _lookups_of_clients, _standstill, _unsigned, _streams)
