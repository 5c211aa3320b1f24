"""The portal that answers the current request."""

from dataclasses import dataclass

from flask import current_app

from .design import Design, Place
from .logout_token import Reader
from .provider import Provider
from .visits import Visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What a view needs: this portal and the parts that serve it."""

    design: Design
    place: Place
    provider: Provider
    visits: Visits
    logout_tokens: Reader


def here() -> Portal:
    """The portal ``create_app`` put into the running application."""
    portal = current_app.extensions["portal"]
    assert isinstance(portal, Portal)  # noqa: S101
    return portal
