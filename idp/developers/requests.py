"""What a program asked of us lately, line by line: who it was is left out, what went wrong is explained."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from clients import Client
from idp import explanations
from idp.audit import Event, events
from idp.audit.queries import events as recorded
from idp.developers import mistakes
from idp.pages import _
from idp.pages.language import chinese

MOST = 50
#: Seconds of the past that are shown.
LOOKED_BACK = 86400
#: Details that help a developer; none says who was logged in.
_SHOWN = ("scope", "parameters", "redirect_uri", "grant_type", "claims", "status", "action", "changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request; ``meaning`` and ``fix`` of those that were refused."""

    time: int
    title: str
    good: bool
    error: str
    reason: str
    meaning: str
    fix: str
    details: Sequence[tuple[str, str]]
    reference: str


def lately(client: Client, now: int) -> list[Line]:
    """The newest requests first."""
    since = (now - LOOKED_BACK) * 1_000_000
    return [_line(event) for event in recorded(client=client.client_id, since=since, limit=MOST)]


def _line(event: Event) -> Line:
    detail = orjson.loads(event.detail)
    kind = events.KINDS[event.kind]
    error = str(detail.get("error", "")) or (event.kind if event.kind.endswith(".reuse") else "")
    meaning, fix = _explained(event, error) if event.outcome != "success" else ("", "")
    return Line(
        time=event.time // 1_000_000,
        title=kind.chinese if chinese() else kind.english,
        good=event.outcome == "success",
        error=error,
        reason=event.reason,
        meaning=meaning,
        fix=fix,
        details=[(name, _text(detail[name])) for name in _SHOWN if detail.get(name)],
        reference=event.request_id,
    )


def _explained(event: Event, error: str) -> tuple[str, str]:
    if mistake := mistakes.find(event.reason or error):
        return _(mistake.meaning), _(mistake.fix)
    if known := explanations.BY_CODE.get(error):
        return (known.meaning_zh, known.fix_zh) if chinese() else (known.meaning, known.fix)
    return "", ""


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
