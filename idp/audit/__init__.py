"""The record of what happened: closed list of events, local spool, SQL rows, hash chain.

Owns: recording, shipping, sealing and verifying events; what an event may carry.
Not here: deciding what is worth an event (the package that acts), logs for operators (``idp.journal``).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import insert
from sqlalchemy.orm import Session

from idp.audit import event, queries, spool
from idp.audit.alarm import Alarm, alarms, stand_by
from idp.audit.event import Event, Outcome, place_by
from idp.audit.inquiry import Inquiry, Page, Reader, is_cursor, search
from idp.audit.queries import roots as signed_roots
from idp.audit.roots import Root
from idp.audit.spool import backlog, has_room
from idp.audit.stream import State as StreamState
from idp.audit.stream import states as streams
from idp.audit.verification import Problem, Report, verify
from idp.base.trace import request_context, set_request

__all__ = [
    "Alarm", "Event", "Inquiry", "Outcome", "Page", "Problem", "Reader", "Report", "Root", "StreamState",
    "alarms", "backlog", "has_room", "is_cursor", "place_by", "record", "record_each", "record_in",
    "request_context", "search", "set_request", "signed_roots", "stand_by", "streams", "verify",
]  # fmt: skip


def record(
    kind: str,
    *,
    person: str | None = None,
    organization: str | None = None,
    client: str | None = None,
    session: str | None = None,
    outcome: Outcome = "success",
    reason: str = "",
    item: str = "",
    mandate: str = "",
    region: str = "",
    **detail: object,
) -> None:
    """Record an event of a path that writes no SQL; raises ``Unavailable`` when it cannot be kept."""
    members = event.compose(
        kind, person=person, organization=organization, client=client, session=session,
        outcome=outcome, reason=reason, detail=detail, item=item, mandate=mandate, region=region,
    )  # fmt: skip
    spool.append(orjson.dumps(members))


def record_in(
    transaction: Session,
    kind: str,
    *,
    person: str | None = None,
    organization: str | None = None,
    client: str | None = None,
    session: str | None = None,
    outcome: Outcome = "success",
    reason: str = "",
    item: str = "",
    mandate: str = "",
    region: str = "",
    **detail: object,
) -> None:
    """Record an event in the transaction of the change it tells of: both last, or neither."""
    members = event.compose(
        kind, person=person, organization=organization, client=client, session=session,
        outcome=outcome, reason=reason, detail=detail, item=item, mandate=mandate, region=region,
    )  # fmt: skip
    _insert(transaction, [members])


def record_each(
    transaction: Session, kind: str, details: Iterable[Mapping[str, object]], *, clients: Iterable[str]
) -> None:
    """Record one event of a kind for each of these clients, as ``record_in`` would, in two statements."""
    many = [
        event.compose(
            kind, person=None, organization=None, client=client, session=None, outcome="success", reason="",
            detail=dict(detail),
        )
        for client, detail in zip(clients, details, strict=True)
    ]  # fmt: skip
    if many:
        _insert(transaction, many)


def _insert(transaction: Session, many: list[dict[str, Any]]) -> None:
    transaction.execute(insert(queries.EVENTS), many)
    unsealed = [{"event_id": members["id"], "time": members["time"]} for members in many]
    transaction.execute(insert(queries.UNSEALED), unsealed)
