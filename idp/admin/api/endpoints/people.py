"""People: found by the full number for a case and a reason, shown masked, stopped or helped; all on record.

The number stands in the body of a POST and nowhere else; neither an answer nor an address holds it.
"""

from collections.abc import Callable

from flask import Response
from pydantic import BaseModel, Field

from idp import persons, sessions
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.needs import needs
from idp.base.errors import Rejected
from idp.inquiries import Inquiry, service
from idp.inquiries.inquiry import LIFETIME
from idp.login import throttle
from idp.logout.people import Stopped, Unfinished

blueprint = operations("people", "People, each looked at for a case and a reason")


class PersonSearch(Body):
    """Whom somebody looks for, and on what grounds; these stand in the record for good."""

    number: str = Field(min_length=1, max_length=60, description="The full ID number")
    case: str = Field(max_length=40)
    reason: str = Field(max_length=120)


class InquiryBegun(BaseModel):
    """A file that was opened, for its caller and for a short while."""

    inquiry: str
    expires_in: int


class InquiryPath(BaseModel):
    """Which file."""

    inquiry: str = Field(pattern="^[A-Za-z0-9_-]{20,64}$")


class DocumentShown(BaseModel):
    """An identity document, masked."""

    id_type: str
    masked: str
    valid_from: int
    valid_to: int | None


class PersonShown(BaseModel):
    """A person, masked."""

    status: str
    name: str
    documents: list[DocumentShown]
    phone: str
    level: int = Field(description="Real-name level")
    region: str
    created_at: int
    sessions: int
    portals: list[str] = Field(description="Portals entered in them, by client id")
    paused_until: int | None = Field(description="Until when the login refuses further tries")


class Effect(BaseModel):
    """What a verb did."""

    status: str
    sessions: int = Field(default=0, description="Logins that ended")
    grants: int = Field(default=0, description="Lasting accesses that ended")
    unfinished: bool = Field(default=False, description="A store is away; the worker ends the rest")


class Unlocked(BaseModel):
    """How many pauses were lifted."""

    lifted: int


@blueprint.post("", responses={201: InquiryBegun}, summary="Find a person, for a case and a reason")
@needs("admin:people:search")
def search_person(body: PersonSearch) -> Response:
    """Open the file of one person; who is out of reach is answered like who is not there."""
    token = service.begin(body.number, body.case, body.reason, actor=caller())
    if token is None:
        raise Rejected("not_found", "Nobody within reach has this number", why="person", status=404)
    return answer(InquiryBegun(inquiry=token, expires_in=LIFETIME), 201)


@blueprint.get("/<inquiry>", responses={200: PersonShown}, summary="Show a person, masked")
@needs("admin:people:search")
def show_person(path: InquiryPath) -> Response:
    """What is on file about the person of an inquiry."""
    inquiry, one = service.resume(path.inquiry, actor=caller())
    live = sessions.of_person(one.id)
    return answer(
        PersonShown(
            status=one.status,
            name=one.name_masked,
            documents=[
                DocumentShown(**{name: getattr(document, name) for name in DocumentShown.model_fields})
                for document in persons.identifiers(one.id)
            ],
            phone=one.phone_masked or "",
            level=one.ial,
            region=one.service_region,
            created_at=one.created_at,
            sessions=len(live),
            portals=sorted({client_id for session in live for client_id in session.participants}),
            paused_until=throttle.paused_until(inquiry.counters),
        )
    )


@blueprint.delete("/<inquiry>", responses={204: None}, summary="Put a file away")
@needs("admin:people:search")
def close_person(path: InquiryPath) -> Response:
    """End an inquiry before its time."""
    service.resume(path.inquiry, actor=caller())
    service.end(path.inquiry)
    return Response(status=204)


@blueprint.post("/<inquiry>/freeze", responses={200: Effect, 202: Effect}, summary="Freeze an account")
@needs("admin:people:freeze")
def freeze_person(path: InquiryPath) -> Response:
    """Stop the account and end all it holds; 202 when the worker has to finish that."""
    return _stop(path, service.freeze)


@blueprint.post("/<inquiry>/unfreeze", responses={200: Effect}, summary="Unfreeze an account")
@needs("admin:people:freeze")
def unfreeze_person(path: InquiryPath) -> Response:
    """Let a frozen account work again; 409 for one in another state."""
    inquiry, _ = service.resume(path.inquiry, actor=caller())
    service.unfreeze(inquiry)
    return answer(Effect(status=_status(path)))


@blueprint.post("/<inquiry>/unlock", responses={200: Unlocked}, summary="Lift the pauses of the login")
@needs("admin:people:unlock")
def unlock_person(path: InquiryPath) -> Response:
    """Forgive failed tries."""
    inquiry, _ = service.resume(path.inquiry, actor=caller())
    return answer(Unlocked(lifted=service.unlock(inquiry)))


@blueprint.post("/<inquiry>/reprove", responses={200: Effect, 202: Effect}, summary="Demand a new proof")
@needs("admin:people:reprove")
def reprove_person(path: InquiryPath) -> Response:
    """Let the real-name levels lapse and end every login; 202 when the worker has to finish that."""
    return _stop(path, service.demand_proof)


@blueprint.post("/<inquiry>/sign-out", responses={200: Effect}, summary="End every login")
@needs("admin:sessions:end")
def sign_out_person(path: InquiryPath) -> Response:
    """End every login and lasting access; the portals entered are told."""
    inquiry, one = service.resume(path.inquiry, actor=caller())
    ended = service.sign_out(inquiry)
    return answer(Effect(status=one.status, sessions=ended.sessions, grants=ended.grants))


def _stop(path: InquiryPath, verb: Callable[[Inquiry], Stopped]) -> Response:
    inquiry, _ = service.resume(path.inquiry, actor=caller())
    try:
        ended = verb(inquiry).ended
    except Unfinished:
        return answer(Effect(status=_status(path), unfinished=True), 202)
    return answer(Effect(status=_status(path), sessions=ended.sessions, grants=ended.grants))


def _status(path: InquiryPath) -> str:
    return service.resume(path.inquiry, actor=caller())[1].status
