"""Registers what every page shares on the web face."""

from flask import Flask
from jinja2.ext import i18n

from idp import keyring, settings
from idp.pages import cookies, crosssite, errors, headers, language, layout, views


def init_app(app: Flask) -> None:
    """Make this application's pages ours: layout, language, headers, guard, errors, home."""
    secure = settings.current().secure
    app.config.update(
        SECRET_KEY=keyring.derive("web face"),
        SESSION_COOKIE_NAME=cookies.name("web"),
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    app.jinja_env.add_extension(i18n)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.init_app(app)
    layout.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    crosssite.init_app(app)
    cookies.init_app(app)
    app.register_blueprint(views.pages)
