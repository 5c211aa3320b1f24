"""The style sheet and the mark, made ready once: one small request a page, cached for good.

Bootstrap comes from Bootstrap-Flask's wheel, our theme follows it in the same sheet: 32 kB on the wire.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Response, abort, request

from idp.base.secret import digest

_STATIC = Path(__file__).parent.parent / "static"
_BOOTSTRAP = "static/bootstrap5/css/bootstrap.min.css"
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One static part; its name carries a digest of its content."""

    name: str
    mimetype: str
    body: bytes
    packed: bytes


def address(plain_name: str) -> str:
    """The path of a static part, for templates; it needs no URL map, so error pages can always ask."""
    return f"/assets/{_by_plain_name()[plain_name].name}"


def answer(name: str) -> Response:
    """The static part of that name; 404 for every other text, none of which reaches the file system."""
    asset = _by_name().get(name) or abort(404)
    packed = request.accept_encodings["gzip"] > 0
    response = Response(asset.packed if packed else asset.body, mimetype=asset.mimetype)
    response.headers["Cache-Control"] = FOREVER
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.vary.add("Accept-Encoding")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


@cache
def _by_plain_name() -> dict[str, Asset]:
    bootstrap = files("flask_bootstrap").joinpath(_BOOTSTRAP).read_text(encoding="utf-8")
    theme = (_STATIC / "theme.css").read_text(encoding="utf-8")
    sheet = bootstrap.rpartition("/*# sourceMappingURL")[0] + theme
    mark = (_STATIC / "mark.svg").read_text(encoding="utf-8")
    return {
        "style.css": _made("style", "css", "text/css", sheet),
        "mark.svg": _made("mark", "svg", "image/svg+xml", mark),
    }


@cache
def _by_name() -> dict[str, Asset]:
    return {asset.name: asset for asset in _by_plain_name().values()}


def _made(stem: str, suffix: str, mimetype: str, text: str) -> Asset:
    body = text.encode()
    return Asset(
        name=f"{stem}-{digest(text)[:16]}.{suffix}",
        mimetype=mimetype,
        body=body,
        packed=gzip.compress(body, mtime=0),
    )
