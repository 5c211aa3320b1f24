"""The frame of every page: what ``pages/base.html`` shows around the content."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, make_response, render_template, request

from idp import persons, settings
from idp.pages import assets, cookies, language, onward, preferences


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the frame needs to know; ``here`` is the address the switches come back to."""

    language: str
    elder: int
    contrast: bool
    region: str
    issuer: str
    here: str

    @property
    def classes(self) -> str:
        """Class names of the root element, from which the style sheet works."""
        elder = f"elder elder-{self.elder}" if self.elder else ""
        return " ".join(filter(None, (elder, "contrast" if self.contrast else "")))


def render(template: str, status: int = 200, **context: Any) -> Response:
    """An HTML answer from a template."""
    return make_response(render_template(template, **context), status)


def page() -> Page:
    """The frame of this answer."""
    conf, wish, spoken = settings.current(), preferences.current(), language.current()
    region = conf.region_name if spoken == language.CHINESE else conf.region_name_en
    return Page(
        language=spoken,
        elder=wish.elder,
        contrast=wish.contrast,
        region=region,
        issuer=conf.issuer,
        here=preferences.local_path(_here()),
    )


def _here() -> str:
    """The address of this page; of an answer to a form the nearest address above it that can be opened."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return onward.page_below()


def visitor() -> persons.Person | None:
    """Who is logged in here, for the frame and the home page."""
    session = cookies.session()
    return persons.find(session.person_id) if session else None


def init_app(app: Flask) -> None:
    """Give every template ``page``, ``visitor()``, the languages and the addresses of the static parts."""
    app.jinja_env.globals.update(visitor=visitor, asset=assets.address, languages=language.LANGUAGES)
    app.context_processor(lambda: {"page": page()})
