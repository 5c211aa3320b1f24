"""An application as a form carries it: texts, lines and ticks become members of a registration and back.

What the form does not ask about stays as it was in the entry: a change loses nothing that it did not show.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from clients import jwks, scopes
from clients.applications.application import Application
from idp.base import strict_json
from idp.base.errors import Rejected

Read = Callable[[str], Sequence[str]]

TEXTS = (
    "name", "name_en", "organization", "organization_en", "contact", "purpose", "purpose_en", "retention",
    "retention_en", "home_uri", "jwks_uri", "backchannel_logout_uri", "impact_assessment",
    "token_endpoint_auth_method", "application_type", "userinfo_encrypted_response_alg",
)  # fmt: skip
LINES = ("redirect_uris", "post_logout_redirect_uris", "item_codes", "contacts")
#: The field that a refusal speaks of.
FIELDS = {
    "application.jwks": "jwks",
    "application.private_key": "jwks",
    "application.effective": "effective_at",
}
_LONGEST = 4000
_LARGEST_KEYS = 20_000
_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form that was filled in."""

    entry: dict[str, Any]
    filing: str
    effective_at: int


def read(values: Read, base: Mapping[str, Any]) -> Filled:
    """What was typed, over what the entry held before; raises ``Rejected`` for what cannot be read."""
    entry = dict(base)
    for name in TEXTS:
        _put(entry, name, _text(values, name))
    for name in LINES:
        _put(entry, name, _text(values, name).split())
    _put(entry, "jwks", _keys(_text(values, "jwks", _LARGEST_KEYS)))
    _put(entry, "restricted_until", _day(_text(values, "restricted_until"), last=True))
    entry |= _data(values)
    filing, start = _text(values, "filing")[:60], _day(_text(values, "effective_at"))
    return Filled(entry=entry, filing=filing, effective_at=start)


def ticked(values: Read, base: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with the data that was ticked, to show a form again of which another field cannot be read."""
    return {**base, **_data(values)}


def again(typed: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """What was typed over what is kept, for a form that is shown again; a private key is not sent back."""
    told = {name: typed.get(name, value) for name, value in kept.items()}
    return {**told, "jwks": jwks.shown_again(told.get("jwks", ""))}


def shown(entry: Mapping[str, Any]) -> dict[str, str]:
    """The entry as the fields of a form show it."""
    told = {name: str(entry.get(name, "")) for name in TEXTS}
    told |= {name: "\n".join(map(str, entry.get(name, ()))) for name in LINES}
    keys = entry.get("jwks")
    told["jwks"] = orjson.dumps(keys, option=orjson.OPT_INDENT_2).decode() if keys else ""
    told["restricted_until"] = day_of(entry.get("restricted_until", 0))
    return told


def beside(application: Application) -> dict[str, str]:
    """What a form asks that is not of the registration."""
    start = application.effective_at
    return {"filing": application.filing, "effective_at": day_of(start + 1) if start else ""}


def offered() -> tuple[scopes.Scope, ...]:
    """The scopes that can be asked for: those of citizens' data that somebody may be granted."""
    return tuple(one for one in scopes.SCOPES if not one.held_back and not one.service)


def day_of(moment: object) -> str:
    """A moment as a day of Asia/Shanghai; the end of a day is that day's."""
    if not isinstance(moment, int) or moment <= 0:
        return ""
    return datetime.fromtimestamp(moment - 1, _ZONE).date().isoformat()


def _data(values: Read) -> dict[str, Any]:
    """Scopes that were ticked, each with its basis and its law."""
    named = [scope for scope in scopes.SCOPES if scope.name in values("scope")]
    basis = {one.name: stated for one in named if (stated := _text(values, f"basis-{one.name}"))}
    law = {one.name: said for one in named if (said := _text(values, f"law-{one.name}"))}
    return {"scopes": [one.name for one in named], "legal_basis": basis, "legal_reference": law}


def _put(entry: dict[str, Any], name: str, value: Any) -> None:
    if value:
        entry[name] = value
    else:
        entry.pop(name, None)


def _text(values: Read, name: str, longest: int = _LONGEST) -> str:
    typed = next(iter(values(name)), "").strip()
    if len(typed) > longest:
        raise Rejected("application.size", "A field is too long", why=name)
    return typed


def _keys(text: str) -> Any:
    try:
        return strict_json.read(text, largest=_LARGEST_KEYS) if text else None
    except ValueError:
        raise Rejected("application.jwks", "The key set is not JSON", why="jwks") from None


def _day(text: str, *, last: bool = False) -> int:
    """The first second of a day in Asia/Shanghai, or the first after it; 0 where none is typed."""
    if not text:
        return 0
    try:
        day = date.fromisoformat(text)
        start = datetime.combine(day + timedelta(days=1 if last else 0), time(), _ZONE)
    except (ValueError, OverflowError):
        raise Rejected("application.day", "A day is written as 2026-11-22", why="day") from None
    return int(start.timestamp())
