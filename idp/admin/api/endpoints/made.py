"""What every file of operations begins with."""

from http import HTTPStatus
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict

from idp.admin.api.problems import Problem

_PROBLEM = {"content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
_PROBLEMS: dict[str | int | HTTPStatus, Any] = dict.fromkeys(
    (400, 401, 403, 404, 409, 412, 415, 422, 428, 429, 503), _PROBLEM
)


class Body(BaseModel):
    """What is sent: members as described and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


def operations(noun: str, words: str) -> APIBlueprint:
    """The operations on a noun, under its own address."""
    return APIBlueprint(
        noun,
        __name__,
        url_prefix=f"/admin/api/v1/{noun}",
        abp_tags=[Tag(name=noun, description=words)],
        abp_security=[{"token": []}],
        abp_responses=_PROBLEMS,
    )


def answer(shown: BaseModel, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(shown.model_dump_json(), status, mimetype="application/json")
