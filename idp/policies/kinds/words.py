"""Values of policies as people read them."""

from collections.abc import Iterable
from datetime import datetime

from clients.scopes import SCOPES
from idp.base.clock import SHANGHAI

#: Words of closed lists; what is not here is told as it is.
_KNOWN = {
    "natural": ("个人", "natural persons"),
    "legal": ("企业", "legal persons"),
    "legal_representative": ("法定代表人", "legal representative"),
    "licence_manager": ("证照管理员", "licence manager"),
    "agent": ("经办人", "agent"),
    "guardian": ("监护人", "guardian"),
    "family": ("亲友代办", "family and friends"),
    "clerk_assist": ("帮办代办", "clerk"),
    "succession": ("继承", "succession"),
    "info": ("提示", "information"),
    "warning": ("警示", "warning"),
    "blue": ("蓝色", "blue"),
    "red": ("红色", "red"),
    "green": ("绿色", "green"),
    "teal": ("青色", "teal"),
    "purple": ("紫色", "purple"),
    "brown": ("棕色", "brown"),
    "*": ("全部", "all"),
    **{scope.name: (scope.label, scope.label_en) for scope in SCOPES},
}
_LEVELS: dict[object, str] = {1: "一", 2: "二", 3: "三", 4: "四"}
NOTHING = ("无", "none")


def value_words(value: object) -> tuple[str, str]:
    """A value in Chinese and in English."""
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if value is None or value in ("", [], ()):
        return NOTHING
    if isinstance(value, list | tuple):
        return _listed(value)
    return str(value), str(value)


def closed_words(value: object) -> tuple[str, str]:
    """A value of a closed list, in Chinese and in English."""
    return _KNOWN.get(str(value), value_words(value))


def level_words(level: object) -> tuple[str, str]:
    """A level, in Chinese and in English."""
    known = _LEVELS.get(level)
    return (f"{known}级", f"level {level}") if known else value_words(level)


def moment_words(moment: int) -> tuple[str, str]:
    """A moment, as clocks in Shanghai show it."""
    text = datetime.fromtimestamp(moment, SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return text, text


def _listed(values: Iterable[object]) -> tuple[str, str]:
    pairs = [closed_words(value) for value in values]
    return "、".join(pair[0] for pair in pairs), ", ".join(pair[1] for pair in pairs)
