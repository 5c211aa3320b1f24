"""How a person wants pages: language, elder version 长辈版, contrast. One cookie, a closed vocabulary.

MIIT accessibility rules of 2021: an entry named 长辈版, main text of 18 dp or more that grows to 30 dp.
"""

import re
from dataclasses import dataclass

from flask import Response, g, request

from idp.pages import cookies

#: Steps of the elder version: off, then 20 px, 24 px and 30 px main text (static/theme.css).
ELDER_STEPS = range(4)

_COOKIE = re.compile(r"(zh-Hans|en|-)\.([0-3])\.([01])")
_LOCAL = re.compile(r"/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_YEAR = 365 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What the cookie says; ``language`` is ``None`` as long as nobody chose one."""

    language: str | None = None
    elder: int = 0
    contrast: bool = False

    def __str__(self) -> str:
        return f"{self.language or '-'}.{self.elder}.{int(self.contrast)}"


def parse(text: str) -> Preferences:
    """Read the cookie; whatever is not exactly ours counts as no wish."""
    if not (found := _COOKIE.fullmatch(text)):
        return Preferences()
    language, elder, contrast = found.groups()
    return Preferences(
        language=None if language == "-" else language, elder=int(elder), contrast=contrast == "1"
    )


def current() -> Preferences:
    """The preferences of this request."""
    if "preferences" not in g:
        g.preferences = parse(request.cookies.get(cookies.name("view"), ""))
    found: Preferences = g.preferences
    return found


def remember(response: Response, preferences: Preferences) -> None:
    """Keep the preferences in this browser for a year."""
    cookies.put(response, "view", str(preferences), max_age=_YEAR)


def local_path(text: str, otherwise: str = "/") -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes ``otherwise``."""
    return text if len(text) <= 2000 and _LOCAL.fullmatch(text) else otherwise
