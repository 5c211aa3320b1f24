"""The application: OpenAPI 3.1 by flask-openapi3, without cookies, sessions and pages."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Request, Response, jsonify, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from idp.admin.api import caller, once, problems
from idp.admin.api.endpoints import BLUEPRINTS
from idp.admin.needs import ANY_MEMBER, marked, need_of
from idp.base.errors import Rejected
from idp.oidc import json_body
from idp.pages import sheets

Readiness = Callable[[], Mapping[str, bool]]

PREFIX = "/admin/api/"
_DESCRIPTION = """Administration of the unified identity platform, for programs.

A program is a client of its own with the grant `client_credentials`. The security of an operation names the
scope that it needs, and what lies outside the division at which the program is registered is not there (404).
Each act is on record.

What a program cannot do, because a person has to show a second factor for it: review, approve, confirm and
retire a portal's application; give somebody a role, and confirm who took an account over; and set what is
somebody's own, a password and a generator. A program files applications, takes roles and stops accounts.
"""
_PATH = re.compile(r"<(\w+)>")
_LARGEST = 64 * 1024
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class StrictRequest(Request):
    """A request whose JSON is read one way or not at all."""

    def get_json(self, *_: Any, **__: Any) -> Any:
        """The object of the body; raises ``Rejected``."""
        if self.mimetype != "application/json":
            raise Rejected("unsupported_media_type", "The body must be application/json", status=415)
        if self.headers.get("Content-Encoding"):
            raise Rejected("unsupported_media_type", "Compressed bodies are not taken", status=415)
        return json_body.read(self.get_data())


def create(readiness: Readiness = dict) -> OpenAPI:
    """The interface with all its operations; ``readiness`` tells what the platform depends on is well."""
    app = OpenAPI(
        "idp.admin.api",
        info=Info(title="Administration", version="1", description=_DESCRIPTION),
        security_schemes={
            "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (RFC 9068)"},
        },
        validation_error_model=problems.Problem,
        validation_error_callback=problems.invalid,
        doc_ui=False,
        static_folder=None,
    )
    app.request_class = StrictRequest
    app.extensions["idp.readiness"] = readiness
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.before_request(caller.admit)
    app.before_request(_make_room)
    app.before_request(_refuse_nul)
    once.init_app(app)
    problems.init_app(app)
    app.after_request(_secured)
    for blueprint in BLUEPRINTS:
        app.register_api(blueprint)

    @app.route(f"{PREFIX}v1/openapi.json")
    @marked(ANY_MEMBER)
    def describe() -> Response:
        return jsonify(_described(app))

    return app


def _described(app: OpenAPI) -> dict[str, Any]:
    """The description, each operation with the scope it needs."""
    told: dict[str, Any] = app.api_doc
    for rule in app.url_map.iter_rules():
        need = need_of(app.view_functions[rule.endpoint])
        for method in rule.methods or ():
            operation = told["paths"].get(_PATH.sub(r"{\1}", rule.rule), {}).get(method.lower())
            if operation is not None and need is not None:
                operation["security"] = [{"token": [need.permission]}]
    return told


def _make_room() -> None:
    """Let a caller that was let in send a file, where files are sent."""
    if request.method == "POST" and request.path in sheets.PROGRAMS:
        request.max_content_length = sheets.LARGEST


def _refuse_nul() -> None:
    if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
        raise Rejected("invalid_request", "The address holds a NUL character")


def _secured(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
