"""Security headers of every page (OWASP ASVS 5.0 §3.4): nothing loads, frames or posts but what we say."""

import base64
import hashlib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, g

from idp import settings

_ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_PAGE = {
    # same-origin, not no-referrer: under no-referrer browsers send `Origin: null` with our own forms
    # (Fetch §3.2), which the cross-site guard must refuse.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000"
_SOURCE = re.compile(r"[a-z][a-z0-9+.-]*:(//[a-z0-9.:\[\]-]+)?")


def allow_forms_to(*uris: str) -> None:
    """Let the forms of this page end at a portal.

    Chromium holds ``form-action`` against the redirects that follow a form as well, so a page whose
    answer leads back to a portal must name the portal's origin.
    """
    g.form_targets = [*g.get("form_targets", []), *(s for uri in uris if (s := _source(uri)))]


def allow_frames_of(*uris: str) -> None:
    """Let this page load these addresses in frames."""
    g.frames = [*g.get("frames", []), *(s for uri in uris if (s := _source(uri)))]


def allow_script(text: str) -> None:
    """Let this page run one script, by its hash; the page works without it."""
    g.script = f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(form_targets: list[str], frames: Sequence[str] = (), script: str = "'none'") -> str:
    """The Content-Security-Policy of a page."""
    targets = " ".join(["'self'", *sorted(set(form_targets))])
    framed = f"frame-src {' '.join(sorted(set(frames)))}; " if frames else ""
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; "
        f"{framed}form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )


def init_app(app: Flask) -> None:
    """Put the headers on every answer; redirects and errors are pages too."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    if settings.current().secure:
        response.headers["Strict-Transport-Security"] = _HSTS
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.update(_PAGE)
        response.headers["Content-Security-Policy"] = policy(
            g.get("form_targets", []), g.get("frames", []), g.get("script", "'none'")
        )
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def _source(uri: str) -> str:
    """The CSP source of a redirect URI: its origin, or its scheme for an app's own; empty if neither."""
    parts = urlsplit(uri)
    source = f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
    return source.lower() if _SOURCE.fullmatch(source.lower()) else ""
