"""The one-time codes of the demonstration's people, so that nobody needs a phone to try a second factor.

The secrets lie in a file beside the demonstration's other data while it runs; the inbox page shows the codes.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyotp

from idp import settings
from idp.base import clock
from idp.base.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What somebody's generator shows now."""

    name: str
    code: str
    seconds_left: int


def write(generators: Mapping[str, Secret]) -> None:
    """Keep each one's secret for the page, readable by their owner alone."""
    secrets = {name: secret.reveal() for name, secret in generators.items()}
    clear()
    descriptor = os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(secrets, file)


def clear() -> None:
    """Forget them, when the demonstration ends."""
    _file().unlink(missing_ok=True)


def codes() -> list[Code]:
    """The codes of this moment; none outside a demonstration."""
    try:
        secrets = json.loads(_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    moment = clock.now()
    left = 30 - moment % 30
    return [
        Code(name=name, code=pyotp.TOTP(secret).at(moment), seconds_left=left)
        for name, secret in secrets.items()
    ]


def _file() -> Path:
    return settings.current().var_dir / "authenticators.json"
