"""Applications of portals: seen by programs, decided by people alone (four eyes, attack book L21)."""

from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from clients import applications
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.api.paging import PageQuery, behind, cursor
from idp.admin.needs import needs
from idp.base.errors import Rejected

blueprint = operations("applications", "Applications of portals")


class ApplicationLine(BaseModel):
    """An application in a list."""

    id: str
    client_id: str
    division: str
    department: str
    state: str
    created_at: int
    due_at: int


class ApplicationPage(BaseModel):
    """A page of applications, the newest first."""

    applications: list[ApplicationLine]
    next: str


class ApplicationPath(BaseModel):
    """Which application."""

    application_id: str = Field(pattern="^[0-9a-f-]{36}$")


class DecisionShown(BaseModel):
    """What one officer decided."""

    step: str
    outcome: str
    officer: str
    comment: str
    decided_at: int


class ApplicationShown(BaseModel):
    """An application with what is asked for and what was decided."""

    application: ApplicationLine
    entry: dict[str, Any]
    filing: str
    decisions: list[DecisionShown]


@blueprint.get("", responses={200: ApplicationPage}, summary="List applications")
@needs("admin:applications:read")
def list_applications(query: PageQuery) -> Response:
    """Applications within reach, the newest first; drafts are their owners'."""
    created, last = behind(query.cursor, 2)
    if created and not (created.isascii() and created.isdigit() and len(created) < 16):
        raise Rejected("invalid_request", "The cursor is not one of ours")
    after = (int(created), last) if created else None
    found = applications.page(caller().reach, after=after, most=query.limit + 1)
    shown = [_line(one) for one in found[: query.limit]]
    following = cursor(str(shown[-1].created_at), shown[-1].id) if len(found) > query.limit else ""
    return answer(ApplicationPage(applications=shown, next=following))


@blueprint.get("/<application_id>", responses={200: ApplicationShown}, summary="Show an application")
@needs("admin:applications:read")
def show_application(path: ApplicationPath) -> Response:
    """One application; a draft is its owner's, and one out of reach is not there."""
    found = applications.find(path.application_id)
    covered = found is not None and caller().reach.covers(found.division, found.department)
    if found is None or not covered or found.state == "draft":
        raise Rejected("not_found", "There is no such application", why="out of reach", status=404)
    decided = [
        DecisionShown(**{name: getattr(one, name) for name in DecisionShown.model_fields})
        for one in applications.decisions(found.id)
    ]
    return answer(
        ApplicationShown(
            application=_line(found), entry=dict(found.entry), filing=found.filing, decisions=decided
        )
    )


def _line(one: applications.Application) -> ApplicationLine:
    return ApplicationLine(**{name: getattr(one, name) for name in ApplicationLine.model_fields})
