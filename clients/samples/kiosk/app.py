"""One page that renews itself without a script; every press leads back to it."""

import secrets

import segno
from flask import Flask, Response, make_response, redirect, render_template
from flask_wtf.csrf import CSRFProtect

from .screen import IDLE, TOLD, Screen

#: Seconds after which the page looks again, by what it shows.
RENEWED = {"free": 300, "serving": IDLE, "told": TOLD}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(screen: Screen, *, host: str = "127.0.0.1") -> Flask:
    """The screen of one machine."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes(32)  # signs form tokens only, which end with this process
    app.config.update(TRUSTED_HOSTS=[host], MAX_CONTENT_LENGTH=16 * 1024, SESSION_COOKIE_SAMESITE="Strict")
    CSRFProtect(app)
    app.after_request(_headers)

    @app.get("/")
    def show() -> Response:
        screen.look()
        codes = screen.codes
        picture = _qr(codes.uri_complete) if codes else ""
        page = make_response(render_template(f"kiosk/{screen.shown}.html", screen=screen, qr=picture))
        # The browser looks again by itself; no script, and no visitor is reading a form.
        page.headers["Refresh"] = str(screen.interval if screen.shown == "asking" else RENEWED[screen.shown])
        return page

    @app.post("/touch")
    def touch() -> Response:
        screen.touch()
        return _back()

    @app.post("/leave")
    def leave() -> Response:
        screen.leave()
        return _back()

    @app.get("/health")
    def health() -> str:
        return "ok"

    return app


def _back() -> Response:
    response: Response = redirect("/", 303)  # type: ignore[assignment]
    return response


def _qr(text: str) -> str:
    """Inline SVG without a style attribute, so that the strictest policy shows it."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)


def _headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
