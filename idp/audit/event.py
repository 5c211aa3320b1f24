"""One audit event: who did what, when, from where, with which result; masked, bounded, canonical."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import le
from typing import Any, Literal, Self, get_args

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
    "item": 64, "mandate": 64, "region": 12,
}  # fmt: skip
DETAIL_WIDTH = 256
DETAIL_ITEMS = 32

#: Details that look like a token and are public: digests and key names.
_PUBLIC = frozenset({"fingerprint", "hash", "key_id"})
_DIGEST = re.compile(r"[0-9A-Za-z_-]{32,64}", re.ASCII)

#: Tells the region in which a portal stands, as far as this process knows without asking anybody.
_place: Callable[[str], str] | None = None

#: Texts seen before in which there was nothing to mask; so it holds nothing personal.
_harmless: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the record; absent members are empty.

    Members are alphabetical: their order is that of the canonical form, from which item, mandate and region
    are left out when they are empty.
    """

    address: str
    client: str
    detail: str
    """A JSON object, members sorted."""
    id: str
    item: str = ""
    """Code of the service item that was applied for."""
    kind: str
    mandate: str = ""
    """Id of the mandate that was used."""
    organization: str
    outcome: str
    person: str
    reason: str
    region: str = ""
    """Administrative division it belongs to (GB/T 2260), by which officers see their own alone."""
    request_id: str
    session: str
    """Digest of the session's id."""
    time: int
    """Microseconds since the epoch, UTC."""

    def line(self) -> bytes:
        """The canonical form: JSON, members sorted, no spaces, UTF-8; what is spooled and hashed."""
        members = {name: getattr(self, name) for name in MEMBERS}
        return orjson.dumps({name: value for name, value in members.items() if value or name not in OPTIONAL})

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read a canonical line; raises ``ValueError`` for anything ``line`` would not have written."""
        return cls(**read(line))


MEMBERS = tuple(field.name for field in fields(Event))
OPTIONAL = ("item", "mandate", "region")
_REQUIRED = tuple(name for name in MEMBERS if name not in OPTIONAL)


def read(line: bytes) -> dict[str, Any]:
    """The members of a canonical line; raises ``ValueError`` for any other."""
    members = orjson.loads(line)
    if not isinstance(members, dict) or not _named(members) or orjson.dumps(members) != line:
        raise ValueError("not a canonical audit event")
    if not _well_formed(members):
        raise ValueError("not an audit event")
    return members


def _named(members: dict[str, Any]) -> bool:
    names = tuple(members)
    if names == _REQUIRED:
        return True
    optional = [name for name in OPTIONAL if name in members]
    return sorted(_REQUIRED + tuple(optional)) == list(names) and all(members[name] for name in optional)


def _well_formed(members: dict[str, Any]) -> bool:
    *texts, time = members.values()
    return (
        type(time) is int
        and 0 < time < 1 << 63
        and set(map(type, texts)) == {str}
        and all(map(le, map(len, texts), map(WIDTHS.__getitem__, members)))
        and "".join(texts).isprintable()
        and members["outcome"] in OUTCOMES
        and isinstance(orjson.loads(members["detail"]), dict)
    )


def compose(
    kind: str,
    *,
    person: str | None,
    organization: str | None,
    client: str | None,
    session: str | None,
    outcome: str,
    reason: str,
    detail: dict[str, object],
    item: str = "",
    mandate: str = "",
    region: str = "",
) -> dict[str, Any]:
    """The members of a new event of this moment and this request, in canonical order."""
    detail = events.check(kind, detail)
    if client and not region and _place is not None:
        region = _place(client)
    if outcome not in OUTCOMES:
        raise ValueError(f"audit outcome {outcome!r} is none of {OUTCOMES}")
    request = trace.current()
    time = now_us()
    members: dict[str, Any] = {
        "address": request.address,
        "client": _clean(client, WIDTHS["client"]) if client else "",
        "detail": _detail(detail) if detail else "{}",
        "id": new_id(time),
        "kind": kind,
        "organization": _clean(organization, WIDTHS["organization"]) if organization else "",
        "outcome": outcome,
        "person": _clean(person, WIDTHS["person"]) if person else "",
        "reason": _clean(reason, WIDTHS["reason"]) if reason else "",
        "request_id": request.id,
        "session": digest(session) if session else "",
        "time": time,
    }
    return members if not (item or mandate or region) else _with(members, item, mandate, region)


def _with(members: dict[str, Any], *optional: str) -> dict[str, Any]:
    """The members with the optional ones that are not empty, in canonical order."""
    given = {name: _clean(text, WIDTHS[name]) for name, text in zip(OPTIONAL, optional, strict=True) if text}
    return dict(sorted((members | given).items()))


def place_by(find: Callable[[str], str]) -> None:
    """Let events that name a portal belong to the region where it stands."""
    global _place
    _place = find


def new_id(time: int) -> str:
    """A UUID of version 7 that begins with its microsecond (RFC 9562 §5.7, §6.2 method 3).

    So the keys of the record's tables grow at their ends, however long the record is.
    """
    millisecond, rest = divmod(time, 1000)
    moment = f"{millisecond:012x}7{rest << 2:03x}"
    random = os.urandom(8).hex()
    return f"{moment[:8]}-{moment[8:12]}-{moment[12:]}-a{random[:3]}-{random[3:15]}"


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
