"""The home page, the switches and the static parts."""

import re
from dataclasses import replace

from flask import Blueprint, Response, abort, redirect, request

import clients
from idp.pages import assets, language, layout, preferences

pages = Blueprint("pages", __name__)

#: Portals on the home page; whoever looks for another finds it among the services.
_MOST = 30
_LOGO = re.compile(r"[A-Za-z0-9_-]{43}\.(?:png|jpg)", re.ASCII)


@pages.get("/")
def home() -> Response:
    """Who is logged in here and which portals can be entered; of very many, the first."""
    portals = [portal for portal in clients.listed() if portal.home_uri]
    return layout.render("pages/home.html", portals=portals[:_MOST], more=len(portals) > _MOST)


@pages.get("/preferences")
def switch() -> Response:
    """Remember a wish about language, text size or contrast and go back; bad values change nothing."""
    wish = preferences.current()
    if tag := language.known(request.args.get("lang", "")):
        wish = replace(wish, language=tag)
    if (elder := request.args.get("elder", "")) in map(str, preferences.ELDER_STEPS):
        wish = replace(wish, elder=int(elder))
    if (contrast := request.args.get("contrast", "")) in ("0", "1"):
        wish = replace(wish, contrast=contrast == "1")
    response = redirect(preferences.local_path(request.args.get("next", "/")), 303)
    preferences.remember(response, wish)  # type: ignore[arg-type]
    return response  # type: ignore[return-value]


@pages.get("/assets/<name>")
def asset(name: str) -> Response:
    """The style sheet or the mark."""
    return assets.answer(name)


@pages.get("/logos/<name>")
def logo(name: str) -> Response:
    """A portal's logo: our own copy, named by its content, so that it never changes."""
    kept = clients.logo(name) if _LOGO.fullmatch(name) else None
    media_type, body = kept or abort(404)
    response = Response(body, mimetype=media_type)
    response.headers["Cache-Control"] = assets.FOREVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
