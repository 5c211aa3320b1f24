"""Which language a page speaks, and its texts: Chinese is written in the code, English in ``en.po``.

A small gettext of our own on Babel: the catalogue is read once into memory, so git holds no compiled file.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request

from idp.base.clock import SHANGHAI
from idp.pages import preferences

CHINESE = "zh-Hans"
#: Language tag → its own name, in the order of the switch.
LANGUAGES = {CHINESE: "中文", "en": "English"}

_LOCALES = {CHINESE: "zh_Hans_CN", "en": "en"}
_PRIMARY = {"zh": CHINESE, "en": "en"}


def known(tag: str) -> str | None:
    """Our language for a tag of BCP 47, by its primary subtag; ``None`` for one we do not speak."""
    return _PRIMARY.get(tag.strip().replace("_", "-").split("-")[0].lower())


def hint_language(ui_locales: str) -> None:
    """The portal's wish for this page (``ui_locales``, OIDC Core §3.1.2.1); bad values are ignored."""
    g.ui_locales = ui_locales[:200]


def current() -> str:
    """The language of this answer.

    What the person clicked here wins over what the portal asks for, that over the browser's list.
    """
    if not has_request_context():
        return CHINESE
    clicked = known(request.args.get("lang", "")) or preferences.current().language
    return clicked or _first(_portal_wish().split()) or _first(request.accept_languages.values()) or CHINESE


def chinese() -> bool:
    """Whether this answer is Chinese, for texts that registers hold in both languages."""
    return current() == CHINESE


def mark(text: str) -> str:
    """Mark a text of a table for the translators; it is translated where it is shown."""
    return text


def _(text: str, **values: object) -> str:
    """The text in the language of this answer, its ``%(name)s`` filled in."""
    return translated(text, current()) % values


def translated(text: str, language: str) -> str:
    """The text in a language; Chinese where a translation is missing."""
    return text if language == CHINESE else english().get(text, text)


@cache
def english() -> dict[str, str]:
    """Chinese text → English text, as ``translations/en.po`` has it."""
    path = Path(__file__).parent.parent / "translations" / "en.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale="en")
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string}


def moment(seconds: int) -> str:
    """Date and time in Asia/Shanghai, in words of the reader's language."""
    at = datetime.fromtimestamp(seconds, UTC)
    form = "yyyy年M月d日 HH:mm" if current() == CHINESE else "d MMM yyyy, HH:mm"
    return format_datetime(at, form, tzinfo=SHANGHAI, locale=_LOCALES[current()])


def second(seconds: int) -> str:
    """The time of day in Asia/Shanghai to the second, behind the day."""
    at = datetime.fromtimestamp(seconds, UTC)
    form = "M月d日 HH:mm:ss" if current() == CHINESE else "d MMM, HH:mm:ss"
    return format_datetime(at, form, tzinfo=SHANGHAI, locale=_LOCALES[current()])


def day(seconds: int) -> str:
    """The date in Asia/Shanghai, in words of the reader's language."""
    at = datetime.fromtimestamp(seconds, SHANGHAI)
    return format_date(at, "long", locale=_LOCALES[current()])


def period(text: str) -> str:
    """An hour or a day of a chart (``2026-11-22T09``, ``2026-11-22``), without its year."""
    at = datetime.fromisoformat(text)
    form = "M月d日" if current() == CHINESE else "d MMM"
    shown: str = format_date(at, form, locale=_LOCALES[current()])
    return f"{shown} {at:%H}:00" if "T" in text else shown


def init_app(app: Flask) -> None:
    """Give templates ``_()`` and the date filters."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: translated(text, current()), _plural, newstyle=True
    )
    app.jinja_env.filters.update(moment=moment, second=second, day=day, period=period)


def _plural(one: str, many: str, count: int) -> str:
    return translated(one if count == 1 else many, current())


def _portal_wish() -> str:
    return str(g.get("ui_locales") or request.args.get("ui_locales", "")[:200])


def _first(tags: object) -> str | None:
    return next((found for tag in tags if (found := known(tag))), None)  # type: ignore[attr-defined]
