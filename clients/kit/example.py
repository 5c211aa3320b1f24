"""A tax interface in Flask and in plain WSGI, guarded by the kit.

Run it beside ``make demo``:  python example.py http://127.0.0.1:8080 tax-api
Then:                         curl -i http://127.0.0.1:8095/flask/returns
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import make_server

from flask import Flask, g
from resource_server import ENVIRON_KEY, Requirement, ResourceServer
from resource_server.flask import require

PORT = 8095


def flask_application(api: ResourceServer) -> Flask:
    """Views guarded one by one."""
    application = Flask("tax-interface")

    @application.get("/flask/returns")
    @require(api, Requirement(acr="urn:gov-sso:acr:l2", max_age=3600))
    def returns() -> dict[str, Any]:
        token = g.access_token
        return {"subject": token.subject, "client": token.client_id, "actors": [*map(dict, token.actors)]}

    return application


def wsgi_application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """An application that knows nothing of Flask; ``protect`` stands in front of it."""
    start("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [environ[ENVIRON_KEY].subject.encode()]


def application(issuer: str, audience: str) -> Callable[..., Iterable[bytes]]:
    """Both, by path."""
    api = ResourceServer(issuer=issuer, audience=audience, base=f"http://127.0.0.1:{PORT}")
    by_flask, by_wsgi = flask_application(api), api.protect(wsgi_application)

    def chosen(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        is_flask = environ["PATH_INFO"].startswith("/flask/")
        return by_flask.wsgi_app(environ, start) if is_flask else by_wsgi(environ, start)

    return chosen


if __name__ == "__main__":
    make_server("127.0.0.1", PORT, application(sys.argv[1], sys.argv[2])).serve_forever()
