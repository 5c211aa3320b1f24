"""The ``claims`` parameter (OIDC Core §5.5): single claims that a portal asks for, judged once.

What is kept of it is small and holds nobody's data: names, and digests of values that were asked for.

    {"userinfo": {"name": []}, "id_token": {"age_over_18": ["<digest of true>"]}, "acr": [2, 3]}
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from clients import scopes
from idp.base import levels, strict_json
from idp.base.errors import Rejected
from idp.base.secret import digest
from idp.claims.facts import Facts
from idp.claims.release import REGISTER, Read

Place = Literal["userinfo", "id_token"]
PLACES: tuple[Place, ...] = ("userinfo", "id_token")

_LARGEST = 8192
_MOST = 64
_MOST_VALUES = 10

#: A claim's scope and how it is read.
_BY_NAME: dict[str, tuple[str, Read]] = {name: (scope, read) for scope, name, read in reversed(REGISTER)}

#: Names of claims, each with digests of the values it may have; none means any.
Names = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsRequest:
    """What was asked: claims by place, the ``acr`` that must be reached, and of whom it is spoken."""

    kept: dict[str, Any]
    level: int
    """The level below which something essential could not be given; 1 when nothing is."""
    subject: str | None


def read(text: str, offered: Collection[str]) -> ClaimsRequest:
    """Judge the parameter for a client that is offered these scopes; raises ``Rejected``.

    Claims nobody knows, or that the client may not have, are passed over (§5.5): no error, nothing given.
    """
    try:
        asked = strict_json.read(text, largest=_LARGEST, deepest=5)
    except ValueError as error:
        raise _malformed(str(error)) from None
    if not isinstance(asked, dict):
        raise _malformed("is not an object")
    members = {place: _member(asked, place) for place in PLACES}
    subjects = {subject for member in members.values() if (subject := _subject(member.get("sub")))}
    if len(subjects) > 1:
        raise _malformed("speaks of two subjects")
    kept: dict[str, Any] = {place: _names(members[place], offered) for place in PLACES}
    essential = [name for place in PLACES for name in kept[place] if _essential(members[place][name])]
    level = scopes.level(_BY_NAME[name][0] for name in essential)
    kept["acr"], wanted = _acr(members["id_token"].get("acr"))
    return ClaimsRequest(
        kept={name: value for name, value in kept.items() if value},
        level=max(level, wanted),
        subject=next(iter(subjects), None),
    )


def scopes_of(kept: Mapping[str, Any], level: int = 4) -> tuple[str, ...]:
    """The scopes that the claims belong to, as far as this level may have them."""
    belong = (_BY_NAME[name][0] for place in PLACES for name in kept.get(place, ()) if name in _BY_NAME)
    return tuple(scope for scope in dict.fromkeys(belong) if scopes.level([scope]) <= level)


def allowed(kept: Mapping[str, Any], granted: Collection[str], level: int) -> dict[str, Any]:
    """What is left of a request after the person's leave and the login: claims of granted scopes alone."""
    leave = set(scopes_of(kept, level)) & set(granted)
    places: dict[str, Any] = {
        place: {name: values for name, values in kept.get(place, {}).items() if _BY_NAME[name][0] in leave}
        for place in PLACES
    }
    return {name: value for name, value in {**places, "acr": kept.get("acr")}.items() if value}


def released(facts: Facts, names: Names, offered: Collection[str]) -> dict[str, Any]:
    """The claims themselves; one that is unknown, or not of a value that was asked for, is left out."""
    return {name: value for name, value in _facts(facts, names, offered) if value not in (None, "")}


def named(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The detail of an audit event: names of single claims, when there are any."""
    names = sorted({name for place in PLACES for name in kept.get(place, ())})
    return {"claims": " ".join(names)} if names else {}


def acr_of(kept: Mapping[str, Any], level: int) -> int:
    """The level to tell: the best that was demanded and is reached, or what is reached (§5.5.1.1)."""
    return max((one for one in kept.get("acr", ()) if one <= level), default=level)


def _facts(facts: Facts, names: Names, offered: Collection[str]) -> Iterator[tuple[str, Any]]:
    for name, values in names.items():
        scope, fact = _BY_NAME.get(name, ("", None))
        if fact is None or scope not in offered:
            continue
        value = fact(facts)
        if not values or _digest(value) in values:
            yield name, value


def _member(asked: dict[str, Any], place: Place) -> dict[str, Any]:
    """One member, each claim of it ``null`` or an object of the right form (§5.5.1)."""
    member = asked.get(place)
    if member is None:
        return {}
    if not isinstance(member, dict) or len(member) > _MOST:
        raise _malformed(f"must have an object of at most {_MOST} claims at {place}")
    for wish in member.values():
        if wish is None:
            continue
        if not isinstance(wish, dict) or type(wish.get("essential", False)) is not bool:
            raise _malformed(f"has a malformed claim at {place}")
        values = wish.get("values", [None])
        if not isinstance(values, list) or not 1 <= len(values) <= _MOST_VALUES:
            raise _malformed(f"must have 1 to {_MOST_VALUES} values for a claim at {place}")
    return member


def _names(member: dict[str, Any], offered: Collection[str]) -> dict[str, list[str]]:
    known = (name for name in member if name in _BY_NAME and _BY_NAME[name][0] in offered)
    return {name: [_digest(value) for value in _values(member[name])] for name in known}


def _essential(wish: dict[str, Any] | None) -> bool:
    return bool(wish and wish.get("essential"))


def _values(wish: dict[str, Any] | None) -> list[Any]:
    if not wish:
        return []
    return [*wish.get("values", ()), *([wish["value"]] if "value" in wish else ())]


def _subject(wish: dict[str, Any] | None) -> str | None:
    """The one person a ``sub`` with a value speaks of (§5.5.1); ``None`` without one."""
    values = _values(wish)
    if not values:
        return None
    if len(values) > 1 or not isinstance(values[0], str) or not 1 <= len(values[0]) <= 255:
        raise _malformed("must name one subject")
    return values[0]


def _acr(wish: dict[str, Any] | None) -> tuple[list[int], int]:
    """Levels of which one must be told, and the lowest that satisfies (§5.5.1.1).

    Asked for as essential and met by none of ours, it fails the request; otherwise it is a wish.
    """
    values = _values(wish)
    known = sorted(
        {level for value in values if isinstance(value, str) and (level := levels.level_of(value))}
    )
    if not _essential(wish):
        return [], min(known, default=1)
    if values and not known:
        raise Rejected("unmet_authentication_requirements", "the requested acr is not known here")
    return known, min(known, default=1)


def _digest(value: Any) -> str:
    """A value as it is kept: ``1`` is not ``true``, and no number of a person stands in a record."""
    return digest(json.dumps(value, sort_keys=True, separators=(",", ":")))


def _malformed(why: str) -> Rejected:
    return Rejected("invalid_request", "the claims parameter is malformed", why=f"claims: {why}")
