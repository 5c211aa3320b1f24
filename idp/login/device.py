"""Devices known to belong to a person: a sealed cookie, bound to this browser, given after a login.

It proves nothing and shortens nothing: its failures are merely counted apart, so that strangers who fail
at an account cannot keep its owner out. Kept for a few persons, because families share computers.
"""

from typing import Any

import orjson

from idp import keyring, settings
from idp.base import clock
from idp.base.secret import digest, random_token

_PERSONS = 5


def known(cookie: str, browser: str, person_id: str | None) -> str:
    """The device's id when the cookie says that this person logged in here; else empty."""
    entry = _read(cookie, browser).get(person_id or "")
    return entry[0] if entry else ""


def remembered(cookie: str, browser: str, person_id: str) -> str:
    """The cookie's new value after this person logged in here."""
    entries = _read(cookie, browser)
    device = entries.pop(person_id, [random_token(16)])[0]
    entries[person_id] = [device, clock.now()]
    kept = dict(list(entries.items())[-_PERSONS:])
    return keyring.seal_token(orjson.dumps({"browser": digest(browser), "persons": kept}))


def _read(cookie: str, browser: str) -> dict[str, list[Any]]:
    """Person → device id and last login, of a cookie that is ours, young enough and of this browser."""
    plain = keyring.open_token(cookie) if cookie and browser else None
    if plain is None:
        return {}
    try:
        record = orjson.loads(plain)
    except orjson.JSONDecodeError:
        record = None
    # Other texts of ours are sealed by the same key, and some of them leave this server.
    if not isinstance(record, dict) or record.get("browser") != digest(browser):
        return {}
    oldest = clock.now() - settings.current().login_device_lifetime
    return {person: entry for person, entry in record["persons"].items() if entry[1] > oldest}
