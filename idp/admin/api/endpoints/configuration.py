"""The whole configuration within reach, as one file."""

from typing import Any, Literal

from flask import Response, request
from flask_openapi3.models import RawModel
from pydantic import BaseModel, ConfigDict, Field

from idp import configuration
from idp.admin.api import preconditions
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.needs import needs
from idp.base.errors import Rejected
from idp.configuration import Actor, Change, service, state

blueprint = operations("configuration", "The configuration as one file (decision 0035)")

_YAML, _JSON = "application/yaml", "application/json"
#: An object in both notations.
_OBJECT = {"schema": {"type": "object"}}


class ExportQuery(BaseModel):
    """What to export, and how to write it."""

    model_config = ConfigDict(extra="forbid")

    within: str = Field("", max_length=36, description="Code of a division or id of a department")
    format: Literal["yaml", "json"] = "yaml"


class ApplyQuery(BaseModel):
    """How to apply."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(False, description="Only say what would change")
    prune: bool = Field(False, description="Remove what the file leaves out of its sections")


class File(RawModel):
    """A file of the configuration."""

    mimetypes = [_YAML, _JSON]  # noqa: RUF012  (the library reads it so)


class ChangeShown(BaseModel):
    """What changes of one thing, member by member: what it was and what it will be."""

    section: str
    name: str
    action: Literal["added", "changed", "removed"]
    fields: dict[str, tuple[Any, Any]]


class Outcome(BaseModel):
    """What was changed, or would be; `digest` names the state after it, for the next `If-Match`."""

    applied: bool
    digest: str
    changes: list[ChangeShown]
    without_secret: list[str] = Field(description="New portals whose client secret has to be made")


@blueprint.get(
    "",
    responses={200: {"content": {_YAML: _OBJECT, _JSON: _OBJECT}}},
    summary="Export the configuration, without any secret",
)
@needs("admin:configuration:read")
def export_configuration(query: ExportQuery) -> Response:
    """What is in force within reach; the `ETag` names this state."""
    found = configuration.export(state.place(query.within, caller().reach), operator=caller().id)
    as_json = query.format == "json"
    response = Response(found.text(json=as_json), mimetype=_JSON if as_json else _YAML)
    return preconditions.tag_state(response, found.digest)


@blueprint.post(
    "",
    responses={200: Outcome},
    summary="Apply a file, all of it or nothing",
)
@needs("admin:configuration:write")
def apply_configuration(query: ApplyQuery, raw: File) -> Response:
    """Bring into force what a file says. `If-Match` names the state it was made from; to try, it may fail."""
    text = _text()
    if query.dry_run:
        expected = preconditions.seen_state() if request.headers.get("If-Match") else None
        plan = service.compare(text, actor=_actor(), prune=query.prune, expected=expected)
        return _outcome(plan.changes, plan.state.digest, applied=False)
    expected = preconditions.seen_state()
    applied = service.apply(text, actor=_actor(), prune=query.prune, expected=expected)
    return _outcome(applied.changes, applied.digest, applied=applied.written, new=applied.without_secret)


def _text() -> str:
    if request.mimetype not in (_YAML, _JSON):
        raise Rejected("unsupported_media_type", f"The body must be {_YAML} or {_JSON}", status=415)
    if request.headers.get("Content-Encoding"):
        raise Rejected("unsupported_media_type", "Compressed bodies are not taken", status=415)
    try:
        return request.get_data().decode()
    except UnicodeDecodeError:
        raise Rejected("invalid_request", "The body must be UTF-8") from None


def _actor() -> Actor:
    return Actor(id=caller().id, reach=caller().reach, permissions=caller().permissions)


def _outcome(
    changes: tuple[Change, ...], digest: str, *, applied: bool, new: tuple[str, ...] = ()
) -> Response:
    shown = [
        ChangeShown(section=one.section, name=one.name, action=one.action, fields=dict(one.fields))
        for one in changes
    ]
    response = answer(Outcome(applied=applied, digest=digest, changes=shown, without_secret=list(new)))
    return preconditions.tag_state(response, digest)
