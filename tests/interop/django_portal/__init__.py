"""A portal made with Django and mozilla-django-oidc.

Owns: its settings, who its visitors are (`visitors`), its addresses (`addresses`).
"""

import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.interop.portal import Portal


def open_site(portal: Portal) -> Client:
    """The portal, with a database in memory, and a visitor's browser as Django's tests have it.

    Django keeps its settings for the life of a process, so that there is one such portal in each.
    """
    home = urlsplit(portal.redirect_uri).netloc
    settings.configure(**_settings(portal, home))
    # The journeys' browser leaves an event loop running in this thread; what Django fears of one is not here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    call_command("migrate", verbosity=0)
    return Client(headers={"host": home})


def _settings(portal: Portal, home: str) -> dict[str, Any]:
    ours = {
        "SECRET_KEY": "only for this test",
        "ALLOWED_HOSTS": [home],
        "ROOT_URLCONF": f"{__name__}.addresses",
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "mozilla_django_oidc",
        ],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "mozilla_django_oidc.middleware.SessionRefresh",
        ],
        "AUTHENTICATION_BACKENDS": [f"{__name__}.visitors.Visitors"],
        "LOGIN_URL": "oidc_authentication_init",
        "LOGOUT_REDIRECT_URL": "/",
        "USE_TZ": True,
    }
    return ours | {f"OIDC_{name}": value for name, value in _relying_party(portal).items()}


def _relying_party(portal: Portal) -> dict[str, Any]:
    """What mozilla-django-oidc is told, without its prefix."""
    return {
        "RP_CLIENT_ID": portal.client_id,
        "RP_CLIENT_SECRET": portal.client_secret,
        "RP_SCOPES": portal.scope,
        "RP_SIGN_ALGO": "ES256",
        "OP_AUTHORIZATION_ENDPOINT": f"{portal.issuer}/authorize",
        "OP_TOKEN_ENDPOINT": f"{portal.issuer}/token",
        "OP_USER_ENDPOINT": f"{portal.issuer}/userinfo",
        "OP_JWKS_ENDPOINT": f"{portal.issuer}/jwks",
        "OP_LOGOUT_URL_METHOD": f"{__name__}.visitors.leave",
        "OP_END_SESSION_ENDPOINT": f"{portal.issuer}/end_session",
        "POST_LOGOUT_REDIRECT_URI": portal.post_logout_redirect_uri,
        "TOKEN_USE_BASIC_AUTH": True,
        "USE_PKCE": True,
        "STORE_ID_TOKEN": True,
        "VERIFY_SSL": portal.authority,
    }
