"""Problems (RFC 9457): a code of the list that ``idp explain`` knows, ASCII words, no value that was sent."""

import logging

import orjson
from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from idp.admin.api import caller
from idp.base import trace
from idp.base.errors import Rejected, Unavailable
from idp.configuration import Refused
from idp.oidc.answers import Challenge
from idp.policies import Faulty

log = logging.getLogger("idp.admin.api")

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}


class Fault(BaseModel):
    """One member that is wrong."""

    pointer: str
    detail: str
    line: int | None = None
    """Where in a file that was sent."""


class Problem(BaseModel):
    """Why a request was not carried out; nothing was changed."""

    code: str
    title: str
    status: int
    reference: str
    faults: list[Fault] = []


def answer(code: str, title: str, status: int, *, faults: list[Fault] | None = None) -> Response:
    """A problem document."""
    problem = Problem(
        code=code, title=title or code, status=status, reference=trace.current().id, faults=faults or []
    )
    response = Response(orjson.dumps(problem.model_dump()), status, mimetype="application/problem+json")
    if status in (429, 503):
        response.headers["Retry-After"] = "5"
    return response


def invalid(error: ValidationError) -> Response:
    """Members of the wrong shape: where, and what is asked for; never what was sent."""
    faults = [
        Fault(pointer="/" + "/".join(map(str, one["loc"])), detail=_ascii(str(one["type"])))
        for one in error.errors(include_input=False, include_url=False, include_context=False)[:20]
    ]
    return answer("invalid_request", "Some members are not as described", 422, faults=faults)


def init_app(app: Flask) -> None:
    """Answer every error of the interface with a problem."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Rejected, _rejected)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(Exception, _defect)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    response = answer(_CODES.get(status, "invalid_request"), error.name, status)
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _rejected(refused: Rejected) -> Response:
    caller.denied(refused)
    response = answer(refused.code, _ascii(refused.hint), refused.status, faults=_faults(refused))
    if isinstance(refused, Challenge):
        response.headers.extend(refused.headers)
    return response


def _faults(refused: Rejected) -> list[Fault]:
    """Where a document or a file is wrong, when that is known."""
    if isinstance(refused, Refused):
        return [Fault(pointer=_ascii(one.place), detail=_ascii(one.reason), line=one.line)
                for one in refused.faults]  # fmt: skip
    if not isinstance(refused, Faulty):
        return []
    return [
        Fault(pointer="/" + "/".join(filter(None, (one.at, one.column))), detail=_ascii(one.english))
        for one in refused.faults
    ]


def _unavailable(error: Unavailable) -> Response:
    log.error("unavailable: %s at %s", error.what, request.endpoint)
    return answer("temporarily_unavailable", "Try again later", 503)


def _defect(error: Exception) -> Response:
    log.error("defect at %s, reference %s", request.endpoint, trace.current().id, exc_info=error)
    return answer("server_error", "This is our fault, and it is noted", 500)


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()
