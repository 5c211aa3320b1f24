"""What a User-Agent says of a device, in words a citizen knows; only ever shown, never decided by."""

from typing import NamedTuple

#: First match wins: an iPad says Mac OS X as well, every browser says Safari.
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("AlipayClient", "Alipay"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


class Device(NamedTuple):
    """A system and a browser, either of them empty when unknown."""

    system: str
    browser: str

    def __str__(self) -> str:
        return " · ".join(filter(None, self))


def of(agent: str) -> Device:
    """The device of a User-Agent."""
    return Device(_first(_SYSTEMS, agent), _first(_BROWSERS, agent))


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in table if mark in agent), "")
