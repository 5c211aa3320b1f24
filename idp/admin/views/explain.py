"""Why something was refused: by the code somebody reads out, or by the reference number of the page."""

import re

from flask import Response, request

from idp import explanations, pages
from idp.admin import decided
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, show
from idp.audit import Event
from idp.audit.events import KINDS
from idp.explanations import Explanation

_REFERENCE = re.compile(r"[0-9a-f]{16}", re.ASCII)


@blueprint.get("/explain")
@needs("admin:explain:read")
def explain() -> Response:
    """What was decided, why, and the way out; nothing of the person beside it."""
    typed = request.args.get("q", "").strip()[:64]
    if not typed:
        return show("explain", "explain", typed="", lines=(), explained=None)
    if explained := explanations.BY_CODE.get(typed):
        return show("explain", "explain", typed=typed, lines=(), explained=explained)
    lines = _decisions(typed.lower()) if _REFERENCE.fullmatch(typed.lower()) else ()
    return show("explain", "explain", 200 if lines else 404, typed=typed, lines=lines, explained=None)


def _decisions(reference: str) -> tuple[tuple[Event, str, Explanation | None], ...]:
    """The events of a reference number within reach, each with its name and the explanation of its code."""
    return tuple(
        (
            event,
            KINDS[event.kind].chinese if pages.chinese() else KINDS[event.kind].english,
            decided.explanation(event),
        )
        for event in decided.events(reference, member())
    )
