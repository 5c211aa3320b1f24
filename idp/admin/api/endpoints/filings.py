"""Applications that a program files for bodies without developers: drafted, changed, handed in.

People decide on them: no program reviews, approves, confirms or retires a portal (decision 0031).
"""

from collections.abc import Callable
from typing import Any

from flask import Response
from pydantic import BaseModel, Field

import clients
from clients import applications, manifest
from clients.applications import Applicant, Application, judgement, service
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.api.preconditions import seen, tag
from idp.admin.needs import needs
from idp.base.errors import Rejected
from idp.divisions import Reach

blueprint = operations("filings", "Applications that programs file; people decide on them")

_MOST = 50


class FilingPath(BaseModel):
    """Which filing."""

    application_id: str = Field(pattern="^[0-9a-f-]{36}$")


class NewFiling(Body):
    """For which portal, and where it is to stand."""

    client_id: str = Field(min_length=1, max_length=64)
    division: str = Field(pattern="^[0-9]{6}$")
    department: str = Field("", max_length=36)


class FilingChange(Body):
    """What is asked for: the registration as its manifest would say it, all of it."""

    entry: dict[str, Any]
    filing: str = Field("", max_length=60, description="Number of the protection level's filing")
    effective_at: int = Field(0, ge=0, le=2**40, description="When it is to begin; 0 for at once")


class FaultShown(BaseModel):
    """A member of the registration that is not as it must be."""

    member: str
    reason: str


class FilingShown(BaseModel):
    """A filing, and what is still wrong with it."""

    id: str
    client_id: str
    division: str
    department: str
    state: str
    entry: dict[str, Any]
    filing: str
    effective_at: int
    faults: list[FaultShown] = Field(description="A filing with faults is not handed in")


class FilingList(BaseModel):
    """The caller's own drafts, the newest first; somebody has a few at most."""

    filings: list[FilingShown] = Field(max_length=_MOST)


@blueprint.get("", responses={200: FilingList}, summary="List own drafts")
@needs("admin:clients:write")
def list_filings() -> Response:
    """Drafts that the caller filed within reach."""
    found = applications.queries.filed(caller().reach, caller().id, most=_MOST)
    return answer(FilingList(filings=[_shown(one) for one in found]))


@blueprint.post("", responses={201: FilingShown}, summary="Begin a filing")
@needs("admin:clients:write")
def begin_filing(body: NewFiling) -> Response:
    """Begin a draft; of a portal in production it holds what is in force."""
    known = clients.find(body.client_id)
    made = service.draft(
        body.client_id,
        entry=judgement.settled(manifest.document(known)) if known else {},
        place=Reach(division=body.division, department=body.department),
        actor=_applicant(),
    )
    return _told(made, 201)


@blueprint.get("/<application_id>", responses={200: FilingShown}, summary="Show a filing")
@needs("admin:clients:write")
def show_filing(path: FilingPath) -> Response:
    """One filing of the caller, in whatever state it is."""
    return _told(path.application_id)


@blueprint.put("/<application_id>", responses={200: FilingShown}, summary="Change a filing")
@needs("admin:clients:write")
def change_filing(path: FilingPath, body: FilingChange) -> Response:
    """Rewrite a draft, in the state that was seen."""
    service.change(
        _own(path.application_id).id,
        version=seen(),
        entry=body.entry,
        filing=body.filing,
        effective_at=body.effective_at,
        actor=_applicant(),
    )
    return _told(path.application_id)


@blueprint.post("/<application_id>/submit", responses={200: FilingShown}, summary="Hand a filing in")
@needs("admin:clients:write")
def submit_filing(path: FilingPath) -> Response:
    """Hand a draft in, if nothing is wrong with it."""
    return _step(path, service.submit)


@blueprint.post("/<application_id>/recall", responses={200: FilingShown}, summary="Take a filing back")
@needs("admin:clients:write")
def recall_filing(path: FilingPath) -> Response:
    """Take it back to change it, while nobody has decided anything on it."""
    return _step(path, service.recall)


@blueprint.post("/<application_id>/withdraw", responses={200: FilingShown}, summary="Give a filing up")
@needs("admin:clients:write")
def withdraw_filing(path: FilingPath) -> Response:
    """Give it up before it is in force."""
    return _step(path, service.withdraw)


def _step(path: FilingPath, verb: Callable[..., None]) -> Response:
    verb(_own(path.application_id).id, version=seen(), actor=_applicant())
    return _told(path.application_id)


def _own(application_id: str) -> Application:
    """The filing; another's is not there."""
    found = applications.find(application_id)
    if found is None or found.team or not _applicant().owns(found):
        raise Rejected("not_found", "There is no such filing", why="another's application", status=404)
    return found


def _applicant() -> Applicant:
    return Applicant(id=caller().id, reach=caller().reach)


def _told(application_id: str, status: int = 200) -> Response:
    found = _own(application_id)
    return tag(answer(_shown(found), status), found.version)


def _shown(one: Application) -> FilingShown:
    plain = [name for name in FilingShown.model_fields if name not in ("entry", "faults")]
    faults = judgement.judged(one)[1] if one.state in ("draft", "submitted") else []
    return FilingShown(
        **{name: getattr(one, name) for name in plain},
        entry=dict(one.entry),
        faults=[FaultShown(member=member, reason=reason) for member, reason in faults],
    )
