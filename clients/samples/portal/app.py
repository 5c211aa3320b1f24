"""The application factory: one portal, one provider, one process."""

import logging
import secrets

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect

from . import messages, views, words
from .design import Design, Place
from .here import Portal, here
from .logout_token import Reader
from .provider import Provider
from .visits import VisitCookie, Visits


def create_app(design: Design, place: Place) -> Flask:
    """Build the portal."""
    logging.getLogger("authlib").setLevel(logging.WARNING)  # at DEBUG it writes verifiers and tokens
    app = Flask(__name__)
    # The key signs CSRF tokens only, and those live no longer than the visits of this process.
    app.secret_key = secrets.token_bytes(32)
    app.config.update(TRUSTED_HOSTS=[place.host], MAX_CONTENT_LENGTH=64 * 1024)
    visits = Visits()
    app.session_interface = VisitCookie(visits, name=f"visit_{design.slug}", secure=place.secure)
    app.extensions["portal"] = Portal(
        design=design,
        place=place,
        provider=Provider(app, design, place),
        visits=visits,
        logout_tokens=Reader(issuer=place.issuer, client_id=design.client_id),
    )
    app.register_blueprint(views.pages)
    app.register_blueprint(views.machine)
    CSRFProtect(app).exempt(views.machine)
    messages.register(app)
    app.jinja_env.globals.update(_=words.say, words=words, design=design, place=place)
    app.after_request(_headers)
    return app


def _headers(response: Response) -> Response:
    """No script, no frame, nothing from elsewhere; forms may go to us and to the provider (logout)."""
    place = here().place
    response.headers.update(
        {
            "Content-Security-Policy": (
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                f"frame-ancestors 'none'; form-action 'self' {place.issuer}"
            ),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
    )
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if request.args.get("lang") in words.LANGUAGES:
        # The portals of one host share this cookie, so that they speak one language.
        response.set_cookie(
            words.COOKIE,
            words.language(),
            max_age=30 * 86400,
            secure=place.secure,
            httponly=True,
            samesite="Lax",
        )
    return response
