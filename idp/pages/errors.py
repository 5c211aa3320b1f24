"""The page that refuses: what happened, what to do next, a reference number; never how we are built inside.

Written so that it works when stores are down: it asks nobody who is logged in.
"""

import logging

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from idp.base import trace
from idp.base.errors import Rejected, Unavailable
from idp.pages import cookies, language, layout, texts

#: Seconds after which a page that was refused as busy may be asked for again.
RETRY_AFTER = 5
#: More than our own cookies need; some servers stop reading headers at 8 KiB (attack book N22, O19).
_COOKIES = 6 * 1024

log = logging.getLogger("idp.pages")


def refuse(
    code: str, status: int = 400, *, retry_after: int = RETRY_AFTER, home: str = "/", **values: object
) -> Response:
    """A page for a refusal ``code`` of the text table, with the reference number of this request.

    ``home`` is the first page of whoever reads it.
    """
    refusal = texts.of(code, status)
    response = layout.render(
        "pages/error.html",
        status,
        title=language._(refusal.title),
        text=language._(refusal.text, s=retry_after, **values),
        code=code,
        reference=_reference(),
        home=home,
    )
    if status in (429, 503):
        response.headers["Retry-After"] = str(retry_after)
    return response


def message(code: str, **values: object) -> str:
    """The sentence of a refusal ``code``, for a page that goes on."""
    return language._(texts.of(code, 400).text, **values)


def init_app(app: Flask) -> None:
    """Answer every error of the web face with the page."""
    app.before_request(_refuse_cookie_floods)
    app.before_request(_refuse_nul)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(Rejected, _rejected)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(Exception, _defect)


def _http(error: HTTPException) -> Response:
    response = refuse(f"http.{error.code}", error.code or 500)
    # Allow of 405 is part of the answer (RFC 9110 §15.5.6); the library's own texts are not.
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _forged(error: CSRFError) -> Response:
    log.warning("form refused: %s at %s", error.description, request.endpoint)
    return refuse("cross_site", 403)


def _rejected(error: Rejected) -> Response:
    log.info("refused: %s (%s) at %s", error.code, error.why, request.endpoint)
    return refuse(error.code, error.status)


def _unavailable(error: Unavailable) -> Response:
    log.error("unavailable: %s at %s", error.what, request.endpoint)
    return refuse("unavailable", 503)


def _defect(error: Exception) -> Response:
    log.error("defect at %s, reference %s", request.endpoint, _reference(), exc_info=error)
    return refuse("defect", 500)


def _refuse_cookie_floods() -> Response | None:
    if len(request.headers.get("Cookie", "")) <= _COOKIES:
        return None
    response = refuse("cookies", 431)
    cookies.clear(response, *cookies.OURS)
    return response


def _refuse_nul() -> Response | None:
    """No page looks for a NUL: PostgreSQL takes none in a text, and fails on it (attack book N01)."""
    sent = (value for values in (request.args, request.form) for _, value in values.items(multi=True))
    return refuse("http.400", 400) if "\0" in request.path or any("\0" in one for one in sent) else None


def _reference() -> str:
    return trace.current().id or trace.set_request().id
