"""The home page, the switches and the static parts."""

from dataclasses import replace

from flask import Blueprint, Response, redirect, request

import clients
from idp.pages import assets, language, layout, preferences

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> Response:
    """Who is logged in here and which portals can be entered."""
    portals = sorted((c for c in clients.all_enabled() if c.home_uri), key=lambda c: c.name)
    return layout.render("pages/home.html", portals=portals)


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
