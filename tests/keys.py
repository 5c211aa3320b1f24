"""Key folders for tests: made once a process (RSA keys take their time), copied for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from idp import keyring, settings
from idp.keyring import first_start, marker
from idp.keyring.marker import Entry

LEAD = 86_400
LIFETIME = 3_600


@contextmanager
def in_use(folder: Path, *, lead: int = LEAD) -> Iterator[Path]:
    """A fresh key folder at ``folder``, open; what was open before comes back afterwards."""
    with configured(folder, lead=lead):
        shutil.copytree(_template(), folder)
        keyring.open(folder, create=False)
        yield folder


@contextmanager
def configured(folder: Path, *, lead: int = LEAD) -> Iterator[None]:
    """Settings of a test server whose keys would lie in ``folder``."""
    before, ring = settings.settings._current, keyring._ring
    settings.use(
        settings.Settings(
            environment="test", keys_dir=folder, key_publish_lead=lead, longest_token_lifetime=LIFETIME
        )
    )
    try:
        yield
    finally:
        settings.settings._current, keyring._ring = before, ring


@contextmanager
def of_server(folder: Path) -> Iterator[Path]:
    """A fresh key folder for the server that is open, its stores staying what they are."""
    before, ring = settings.current(), keyring.current()
    shutil.copytree(_template(), folder)
    settings.use(before.model_copy(update={"keys_dir": folder}))
    keyring.open(folder, create=False)
    try:
        yield folder
    finally:
        settings.use(before)
        keyring.use(ring)


def entry(folder: Path, kind: str) -> Entry:
    """The newest entry of a kind."""
    return max((one for one in marker.read(folder) if one.kind == kind), key=lambda one: one.active_from)


def file_of(folder: Path, kind: str) -> Path:
    """The file of the newest key of a kind."""
    return folder / entry(folder, kind).file_name


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="idp-keys-")) / "keys"
    first_start.make(folder)
    return folder


class Record(list[tuple[str, dict[str, str | None]]]):
    """An audit record that only remembers."""

    def __call__(self, kind: str, /, **detail: str | None) -> None:
        self.append((kind, detail))
