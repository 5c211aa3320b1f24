"""The application: OpenAPI 3.1 by flask-openapi3, without cookies, sessions and pages."""

from typing import Any

from flask import Request, Response, jsonify, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from idp.admin.api import caller, once, problems
from idp.admin.api.endpoints import BLUEPRINTS
from idp.admin.needs import ANY_MEMBER, marked
from idp.base.errors import Rejected
from idp.oidc import json_body

PREFIX = "/admin/api/"
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


def create() -> OpenAPI:
    """The interface with all its operations."""
    app = OpenAPI(
        "idp.admin.api",
        info=Info(title="Administration", version="1", description="Unified identity: administration"),
        security_schemes={
            "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (RFC 9068)"},
        },
        validation_error_model=problems.Problem,
        validation_error_callback=problems.invalid,
        doc_ui=False,
        static_folder=None,
    )
    app.request_class = StrictRequest
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.before_request(caller.admit)
    app.before_request(_refuse_nul)
    once.init_app(app)
    problems.init_app(app)
    app.after_request(_secured)
    for blueprint in BLUEPRINTS:
        app.register_api(blueprint)

    @app.route(f"{PREFIX}v1/openapi.json")
    @marked(ANY_MEMBER)
    def describe() -> Response:
        return jsonify(app.api_doc)

    return app


def _refuse_nul() -> None:
    if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
        raise Rejected("invalid_request", "The address holds a NUL character")


def _secured(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
