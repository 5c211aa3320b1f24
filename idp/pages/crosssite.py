"""The guard of every state change: a token in the form, and no request that another site started.

RFC 9700 §4.7; OWASP ASVS 5.0 §3.5. The token is Flask-WTF's; ``Origin`` and ``Sec-Fetch-Site`` are looked
at as well, so that neither a leaked token nor an old browser alone decides.
"""

from flask import Blueprint, Flask, request
from flask_wtf.csrf import CSRFProtect

from idp import settings
from idp.base.errors import Rejected

_SAFE = ("GET", "HEAD", "OPTIONS")
_LIFETIME = 4 * 3600

_protect = CSRFProtect()
_machines: set[str] = set()


def machine(blueprint: Blueprint) -> Blueprint:
    """Exempt a blueprint whose callers are programs or portals: no cookie of ours decides anything there."""
    _protect.exempt(blueprint)
    _machines.add(blueprint.name)
    return blueprint


def init_app(app: Flask) -> None:
    """Guard every route of the web face."""
    # The Referer check of Flask-WTF would ask again what `Origin` has answered.
    app.config.update(WTF_CSRF_TIME_LIMIT=_LIFETIME, WTF_CSRF_SSL_STRICT=False)
    app.before_request(_refuse_other_sites)
    _protect.init_app(app)


def _refuse_other_sites() -> None:
    if request.method in _SAFE or request.blueprint in _machines:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Rejected("cross_site", why="Sec-Fetch-Site", status=403)
    # `null` is what sandboxed frames and data: documents send.
    if request.headers.get("Origin", settings.current().issuer) != settings.current().issuer:
        raise Rejected("cross_site", why="Origin", status=403)
