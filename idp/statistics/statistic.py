"""What is counted: each event under a few headings, in every place that contains its portal.

A counter stands at a period (hour or day, Shanghai time), a scope (a division, a public body, a portal), a
heading and a label of a closed set; so a page reads its own scope and nothing else, however many portals
there are.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from idp.base.clock import SHANGHAI
from idp.divisions import NATION, Reach, parent_of

Span = Literal["day", "week", "month"]

#: Failures by cause, in the order pages show them; others count as ``other``.
CAUSES = (
    "wrong password", "unknown identifier", "wrong code", "too many failures", "account stopped",
    "level too low", "request refused", "other",
)  # fmt: skip
#: Seconds from the first page of a login to its end; the last has no end.
TOOK = (10, 30, 60, 180)

_STOPPED = frozenset(("frozen", "deceased", "closed"))
_LEVEL_ERRORS = frozenset(("unmet_authentication_requirements", "interaction_required"))

Tick = tuple[str, str]
"""A heading and a label."""


def ticks(kind: str, client: str, detail: Mapping[str, Any]) -> Iterator[Tick]:
    """What one event adds one to."""
    if kind == "login.success":
        yield "login", "success"
        yield "level", f"l{detail.get('level', 1)}"
        if client:
            yield "portal", client
        if isinstance(seconds := detail.get("seconds"), int):
            yield "took", took(seconds)
    elif kind in ("login.failure", "mfa.failure"):
        yield "login", "failure"
        yield "cause", "wrong code" if kind == "mfa.failure" else cause(str(detail.get("cause", "")))
    elif kind == "login.throttled":
        yield "login", "failure"
        yield "cause", "too many failures"
    elif kind == "authz.grant":
        yield "entry", "success"
    elif kind == "authz.reject":
        yield "entry", "failure"
        error = str(detail.get("error", ""))
        yield "refusal", "level too low" if error in _LEVEL_ERRORS else "request refused"
    elif kind in ("logout.delivered", "logout.failed"):
        yield "notice", kind.partition(".")[2]


def cause(text: str) -> str:
    """The label of a cause."""
    if text in _STOPPED:
        return "account stopped"
    return text if text in CAUSES else "other"


def took(seconds: int) -> str:
    """The label of a duration: the first bound it lies under."""
    return str(next((bound for bound in TOOK if seconds < bound), "more"))


def scopes(client: str, division: str, department: str) -> Iterator[str]:
    """Every scope that contains a portal, from the nation down."""
    code: str | None = division or NATION
    while code:
        yield f"d:{code}"
        code = parent_of(code)
    if department:
        yield f"o:{department}"
    if client:
        yield f"c:{client}"


def scope_of(reach: Reach) -> str:
    """The scope that holds all somebody reaches."""
    return f"o:{reach.department}" if reach.department else f"d:{reach.division}"


def hour_of(microseconds: int) -> str:
    """The hour of a moment, as counters name it."""
    return f"{datetime.fromtimestamp(microseconds / 1_000_000, SHANGHAI):%Y-%m-%dT%H}"


def day_of(microseconds: int) -> str:
    """The day of a moment, as counters name it."""
    return hour_of(microseconds)[:10]


def middle(counts: Mapping[str, int]) -> str:
    """The label under which the middle one of all logins falls; none without logins."""
    half, seen = sum(counts.values()) / 2, 0
    for label in (*map(str, TOOK), "more"):
        seen += counts.get(label, 0)
        if seen and seen >= half:
            return label
    return ""
