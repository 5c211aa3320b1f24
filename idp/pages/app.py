"""Registers what every page shares on the web face."""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from jinja2.ext import i18n

from idp import keyring, settings
from idp.pages import (
    cookies,
    crosssite,
    errors,
    headers,
    language,
    layout,
    members,
    reasons,
    sheets,
    values,
    views,
)

_SECRET = "web face"


class _Sessions(SecureCookieSessionInterface):
    """Flask's own, which follows the web key when that was exchanged; the form tokens' secret is the same."""

    def get_signing_serializer(self, app: Flask) -> Any:
        """What signs the cookie of this request."""
        app.secret_key = keyring.derive(_SECRET)
        return super().get_signing_serializer(app)


def init_app(app: Flask) -> None:
    """Make this application's pages ours: layout, language, headers, guard, errors, home."""
    secure = settings.current().secure
    app.config.update(
        SECRET_KEY=keyring.derive(_SECRET),
        SESSION_COOKIE_NAME=cookies.name("web"),
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    app.session_interface = _Sessions()
    app.jinja_env.add_extension(i18n)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.init_app(app)
    app.jinja_env.filters.update(label=members.label, lines=values.lines, in_words=reasons.in_words)
    layout.init_app(app)
    headers.init_app(app)
    sheets.init_app(app)
    errors.init_app(app)
    crosssite.init_app(app)
    cookies.init_app(app)
    app.register_blueprint(views.pages)
