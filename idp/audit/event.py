"""One audit event: who did what, when, from where, with which result; masked, bounded, canonical."""

import os
import re
from dataclasses import dataclass, fields
from typing import Literal, Self, get_args

import orjson

from idp.audit import events
from idp.base import trace
from idp.base.clock import now_us
from idp.base.redaction import is_credit_code, printable, redact
from idp.base.secret import digest

Outcome = Literal["success", "refused", "failed"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)

#: Longest text of each member, in characters; the columns have the same widths.
WIDTHS = {
    "id": 36, "kind": 40, "outcome": 8, "person": 64, "organization": 64, "client": 128, "session": 64,
    "address": 45, "request_id": 64, "reason": 200, "detail": 1 << 16,
}  # fmt: skip
DETAIL_WIDTH = 256
DETAIL_ITEMS = 32

#: Details that look like a token and are public: digests and key names.
_PUBLIC = frozenset({"fingerprint", "hash", "key_id"})
_DIGEST = re.compile(r"[0-9A-Za-z_-]{32,64}", re.ASCII)

#: Texts seen before in which there was nothing to mask; so it holds nothing personal.
_harmless: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the record; absent members are empty.

    Members are alphabetical: their order is that of the canonical form.
    """

    address: str
    client: str
    detail: str
    """A JSON object, members sorted."""
    id: str
    kind: str
    organization: str
    outcome: str
    person: str
    reason: str
    request_id: str
    session: str
    """Digest of the session's id."""
    time: int
    """Microseconds since the epoch, UTC."""

    def line(self) -> bytes:
        """The canonical form: JSON, members sorted, no spaces, UTF-8; what is spooled and hashed."""
        return orjson.dumps(self)

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read a canonical line; raises ``ValueError`` for anything ``line`` would not have written."""
        members = orjson.loads(line)
        if not isinstance(members, dict) or members.keys() != set(MEMBERS):
            raise ValueError("not an audit event")
        event = cls(**members)
        if event.line() != line or not event._well_formed():
            raise ValueError("not a canonical audit event")
        return event

    def _well_formed(self) -> bool:
        texts = {name: getattr(self, name) for name in WIDTHS}
        return (
            type(self.time) is int
            and 0 < self.time < 1 << 63
            and all(
                type(text) is str and len(text) <= WIDTHS[name] and text.isprintable()
                for name, text in texts.items()
            )
            and self.outcome in OUTCOMES
            and isinstance(orjson.loads(self.detail), dict)
        )


MEMBERS = tuple(field.name for field in fields(Event))


def make(
    kind: str,
    *,
    person: str | None,
    organization: str | None,
    client: str | None,
    session: str | None,
    outcome: str,
    reason: str,
    detail: dict[str, object],
) -> Event:
    """A new event of this moment and this request."""
    events.check(kind, detail)
    if outcome not in OUTCOMES:
        raise ValueError(f"audit outcome {outcome!r} is none of {OUTCOMES}")
    request = trace.current()
    return Event(
        id=_random_id(),
        time=now_us(),
        kind=kind,
        outcome=outcome,
        person=_clean(person, WIDTHS["person"]) if person else "",
        organization=_clean(organization, WIDTHS["organization"]) if organization else "",
        client=_clean(client, WIDTHS["client"]) if client else "",
        session=digest(session) if session else "",
        address=request.address,
        request_id=request.id,
        reason=_clean(reason, WIDTHS["reason"]) if reason else "",
        detail=_detail(detail) if detail else "{}",
    )


def _random_id() -> str:
    """A random UUID (RFC 9562 §5.4) in text form; half the cost of ``uuid.uuid4``."""
    bits = int.from_bytes(os.urandom(16), "big") & ~(0xF << 76 | 0x3 << 62) | (0x4 << 76 | 0x2 << 62)
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _detail(detail: dict[str, object]) -> str:
    kept = {name: _value(name, value) for name, value in detail.items() if value is not None}
    return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()


def _value(name: str, value: object) -> object:
    if type(value) is str and value in _harmless:
        return value
    if type(value) is bool or (type(value) is int and -(10**10) < value < 10**10):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [_value(name, item) for item in list(items)[:DETAIL_ITEMS]]
    text = str(value)
    if name in _PUBLIC and _DIGEST.fullmatch(text):
        return text
    if name == "credit_code" and is_credit_code(text):
        return text
    return _clean(text, DETAIL_WIDTH)


def _clean(text: object, width: int) -> str:
    """Mask first and cut afterwards, so that no cut makes a number unrecognisable."""
    text = str(text)
    if text in _harmless:
        return text[:width]
    clean = redact(printable(text))
    if clean == text and len(text) <= 128:
        if len(_harmless) >= 4096:
            _harmless.clear()
        _harmless.add(text)
    return clean[:width]
