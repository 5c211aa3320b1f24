"""Our cookies: session, browser's mark, known device, Flask's own (CSRF), preferences, login state.

``__Host-`` under https: a sibling domain can neither set nor overwrite them (RFC 6265bis §4.1.3.2).
"""

import re
from typing import Any

from flask import Flask, Response, g, request

from idp import sessions, settings
from idp.base.secret import random_token
from idp.sessions import browser_state
from idp.store import redis

OURS = ("sid", "browser", "device", "web", "view", "state", "staff")

_MARK = re.compile(r"[A-Za-z0-9_-]{43}")
_YEAR = 365 * 86400


def name(base: str) -> str:
    """The full name of one of our cookies."""
    return settings.current().cookie_name(base)


def put(
    response: Response, base: str, value: str, *, max_age: int | None = None, samesite: str = "Lax"
) -> None:
    """Set one of our cookies; without ``max_age`` it ends with the browser."""
    secure = settings.current().secure
    response.set_cookie(
        name(base), value, max_age=max_age, path="/", secure=secure, httponly=True, samesite=samesite
    )


def clear(response: Response, *bases: str) -> None:
    """Remove cookies of ours from the browser."""
    for base in bases:
        put(response, base, "", max_age=0)


def session() -> sessions.Session | None:
    """The session of this browser, looked up once a request; looking at a page keeps it from idling out."""
    if "login_session" not in g:
        _remember(sessions.find(only("sid")))
    found: sessions.Session | None = g.login_session
    return found


def with_session(command: tuple[Any, ...]) -> Any:
    """The reply to a command, in the packet that looks this browser's session up."""
    cookie = only("sid")
    reply, *told = redis.pipeline(command, *sessions.find_commands(cookie))
    _remember(sessions.found(cookie, *told))
    return reply


def _remember(found: sessions.Session | None) -> None:
    g.login_session = found
    if found:
        sessions.touch(found)


def set_session(response: Response, cookie: str) -> None:
    """Hand the browser a session."""
    g.pop("login_session", None)
    put(response, "sid", cookie)
    _put_state(response, browser_state.of_session(cookie.partition(".")[0]))


def clear_session(response: Response) -> None:
    """Take the session from the browser."""
    g.login_session = None
    clear(response, "sid", "state")


def _put_state(response: Response, value: str) -> None:
    """The one cookie that our own session frame reads, also inside a portal's page."""
    secure = settings.current().secure
    site = "None" if secure else "Lax"
    response.set_cookie(name("state"), value, path="/", secure=secure, httponly=False, samesite=site)


def browser() -> str:
    """A random mark of this browser, to which attempts and questions are bound; made on first use."""
    if "browser_mark" not in g:
        sent = only("browser") or ""
        g.new_browser = not _MARK.fullmatch(sent)
        g.browser_mark = random_token() if g.new_browser else sent
    return str(g.browser_mark)


def init_app(app: Flask) -> None:
    """Send a new browser mark with the answer that made it."""
    app.after_request(_send_new_mark)


def _send_new_mark(response: Response) -> Response:
    if g.get("new_browser"):
        put(response, "browser", g.browser_mark, max_age=_YEAR)
    return response


def only(base: str) -> str | None:
    """What the browser sent as one of our cookies, if it sent one."""
    # Two cookies of one name: somebody else wrote one of them, and we cannot tell which.
    sent = request.cookies.getlist(name(base))
    return sent[0] if len(sent) == 1 else None
