"""The protocol face: (method, path) → handler. No Flask, no page, no CSRF token, no Flask session.

A handler takes a parsed request and gives an answer; it raises ``Page`` where a person must read why.
"""

from collections.abc import Callable

from idp import audit
from idp.base.errors import Rejected
from idp.oidc import answers, challenge
from idp.oidc.answers import Page
from idp.oidc.endpoints import (
    attempts,
    authorize,
    backchannel_authentication,
    check_session,
    device_authorization,
    end_session,
    introspect,
    metadata,
    par,
    protected_resource,
    register,
    revoke,
    token,
    userinfo,
)
from idp.oidc.request import Answer, Request

Handler = Callable[[Request], Answer]

ROUTES: dict[str, dict[str, Handler]] = {
    "/authorize": {"GET": authorize.get, "POST": authorize.post},
    "/par": {"POST": par.post},
    "/token": {"POST": token.post},
    "/device_authorization": {"POST": device_authorization.post},
    "/bc-authorize": {"POST": backchannel_authentication.post},
    "/userinfo": {"GET": userinfo.answer, "POST": userinfo.answer},
    "/introspect": {"POST": introspect.post},
    "/revoke": {"POST": revoke.post},
    "/end_session": {"GET": end_session.get, "POST": end_session.post},
    "/attempts": {"GET": attempts.get},
    "/check_session": {"GET": check_session.get},
    "/register": {"POST": register.post},
    "/jwks": {"GET": metadata.jwks},
    "/.well-known/openid-configuration": {"GET": metadata.discovery},
    "/.well-known/oauth-authorization-server": {"GET": metadata.discovery},
    **{challenge.METADATA + path: {"GET": protected_resource.get} for path in protected_resource.RESOURCES},
}
#: Paths that go on with an id of ours.
UNDER: dict[str, dict[str, Handler]] = {
    authorize.CONTINUE: {"GET": authorize.resume},
    register.CLIENT: {"GET": register.get, "PUT": register.put, "DELETE": register.delete},
}

#: Paths a browser travels: their failures are pages, all others' are JSON.
BROWSER = ("/authorize", "/end_session")


def methods(path: str) -> dict[str, Handler] | None:
    """The handlers of a path, by method; ``None`` when the path is not of this face."""
    found = ROUTES.get(path)
    return found if found is not None else UNDER.get(_stem(path))


def name(path: str) -> str:
    """What a path is called in numbers: ids are left out, there is no end of them."""
    return path if path in ROUTES else _stem(path).rstrip("/")


def _stem(path: str) -> str:
    return next((stem for stem in UNDER if path.startswith(stem)), "")


def handle(handlers: dict[str, Handler], http: Request) -> Answer:
    """Answer one request; raises ``Page`` for a person, ``Unavailable`` when a store is down."""
    handler = handlers.get("GET" if http.method == "HEAD" else http.method)
    if handler is None:
        return answers.error("invalid_request", "method not allowed", 405, (("Allow", ", ".join(handlers)),))
    try:
        return handler(http)
    except Page as page:
        audit.record(
            "authz.reject", client=page.client_id, outcome="refused", reason=page.why, error=page.code,
            redirect_uri=page.redirect_uri or None,
        )  # fmt: skip
        raise
    except Rejected as error:
        return answers.refusal(error)
