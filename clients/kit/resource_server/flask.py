"""Flask: a decorator for views; the token is ``flask.g.access_token``."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Response, g, request

from resource_server.refusal import Refused
from resource_server.requirement import Requirement
from resource_server.server import ResourceServer
from resource_server.unavailable import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


def require(
    api: ResourceServer, requirement: Requirement | None = None
) -> Callable[[Callable[P, T]], Callable[P, T | Response]]:
    """Let a view run only for a token that fulfils the requirement."""

    def decorate(view: Callable[P, T]) -> Callable[P, T | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T | Response:
            try:
                g.access_token = api.token(dict[str, Any](request.environ), requirement)
            except (Refused, Unavailable) as error:
                status, headers, body = api.answer(error)
                return Response(body, status=status, headers=headers)
            return view(*args, **kwargs)

        return guarded

    return decorate
