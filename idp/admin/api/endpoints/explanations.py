"""Why something was refused: by the code somebody reads out, or by the reference number of the page."""

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from idp import explanations
from idp.admin import decided
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.needs import needs
from idp.audit import Event
from idp.base.errors import Rejected
from idp.explanations import Explanation

blueprint = operations("explanations", "Codes of refusals, and what was decided about a request")


class CodePath(BaseModel):
    """Which code."""

    code: str = Field(pattern="^[A-Za-z0-9_.-]{1,64}$")


class ReferenceQuery(BaseModel):
    """Which request."""

    model_config = ConfigDict(extra="forbid")

    reference: str = Field(pattern="^[0-9a-f]{16}$", description="The number that somebody was shown")


class ExplanationShown(BaseModel):
    """A code in both languages: where it is met, its meaning, the way out."""

    code: str
    where: str
    meaning: str
    meaning_zh: str
    fix: str
    fix_zh: str
    source: str


class DecisionTold(BaseModel):
    """What was decided, nothing of the person beside it."""

    time: int = Field(description="Microseconds since the epoch")
    kind: str
    outcome: str
    reason: str
    client: str
    explanation: ExplanationShown | None


class DecisionList(BaseModel):
    """The decisions about one request within reach."""

    decisions: list[DecisionTold]


@blueprint.get("/<code>", responses={200: ExplanationShown}, summary="Explain a code")
@needs("admin:explain:read")
def explain_code(path: CodePath) -> Response:
    """What a code means and what to do about it."""
    found = explanations.BY_CODE.get(path.code)
    if found is None:
        raise Rejected("not_found", "There is no such code", why="unknown code", status=404)
    return answer(_shown(found))


@blueprint.get("", responses={200: DecisionList}, summary="Tell what was decided about a request")
@needs("admin:explain:read")
def explain_request(query: ReferenceQuery) -> Response:
    """What was decided under a reference number within reach; each look is on record."""
    found = decided.events(query.reference, caller())
    return answer(DecisionList(decisions=[_told(event) for event in found]))


def _told(event: Event) -> DecisionTold:
    known = decided.explanation(event)
    return DecisionTold(
        time=event.time,
        kind=event.kind,
        outcome=event.outcome,
        reason=event.reason,
        client=event.client,
        explanation=_shown(known) if known else None,
    )


def _shown(known: Explanation) -> ExplanationShown:
    return ExplanationShown(**known._asdict())
