"""``python -m tests.bench.configuration``: what export and apply cost with 10,000 portals.

A PostgreSQL of its own takes a file of so many portals; it is exported, applied unchanged, with one change,
and into an empty installation.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask

from idp import configuration, keyring, migration, settings
from idp.configuration import Actor, service
from idp.divisions import NATION, Reach
from idp.store import db
from tests import postgres
from tests.bench import report
from tests.configurations import file
from tests.registrations import entry

T = TypeVar("T")
_WHOLE = Reach(division=NATION)
_PLACES = [
    {"code": f"{10 + province}{city:02}00", "name": f"地区{city}", "name_en": f"Place {city}"}
    for province in range(20)
    for city in range(11)
]  # fmt: skip


def main() -> None:
    """Fill, export, apply, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portals", type=int, default=10_000)
    asked = parser.parse_args()
    print(report.machine())
    with _platform():
        text = file(divisions=_PLACES, clients=[_portal(number) for number in range(asked.portals)])
        _told("applied to an empty installation", lambda: _apply(text))
        text = _told("exported as YAML", lambda: configuration.read(_WHOLE).text())
        as_json = _told("exported as JSON", lambda: configuration.read(_WHOLE).text(json=True))
        print(f"{len(text.encode()) / 1e6:.1f} MB of YAML, {len(as_json.encode()) / 1e6:.1f} MB of JSON")
        _told("applied unchanged, YAML", lambda: _apply(text))
        _told("applied unchanged, JSON", lambda: _apply(as_json))
        _told("applied with one change", lambda: _apply(text.replace("门户7号", "门户柒号", 1)))
        _told(
            "refused with one mistake at the end",
            lambda: _refused(text.replace("policies: []", "policies: [x]")),
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{peak:.0f} MiB at the most")


def _portal(number: int) -> dict[str, Any]:
    place = _PLACES[number % len(_PLACES)]["code"]
    host = f"p{number}.example"
    return entry(
        client_id=f"portal-{number:05}", name=f"门户{number}号", division=place, sector=host,
        redirect_uris=[f"https://{host}/cb"], post_logout_redirect_uris=[f"https://{host}/bye"],
        token_endpoint_auth_method="private_key_jwt", jwks_uri=f"https://{host}/jwks",
        scopes=["openid", "profile", "realname"],
    )  # fmt: skip


def _apply(text: str) -> None:
    service.apply(text, actor=Actor(id="bench", reach=_WHOLE, permissions=frozenset(), machine=True))


def _refused(text: str) -> None:
    try:
        _apply(text)
    except configuration.Refused as refused:
        print(f"    {refused.faults[0]}")


def _told(what: str, work: Callable[[], T]) -> T:
    began = time.perf_counter()
    result = work()
    print(f"{what:40}{time.perf_counter() - began:8.1f} s")
    return result


@contextmanager
def _platform() -> Iterator[None]:
    """Stores of its own; nothing here asks Redis."""
    with tempfile.TemporaryDirectory() as name, postgres.database("configuration") as url:
        folder = Path(name)
        settings.use(
            settings.Settings(environment="test", database_url=url, var_dir=folder, keys_dir=folder / "keys")
        )
        keyring.open(folder / "keys", create=True)
        db.init_app(Flask("idp"), settings.current().sql_url, 2)
        migration.upgrade()
        yield
        db.close()


if __name__ == "__main__":
    main()
