"""What the registry's commands share: who types, what a duration is, how a refusal reads."""

import getpass
import os
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import click

from clients import manifest
from idp.base.errors import Rejected, Unavailable

P = ParamSpec("P")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Duration(click.ParamType[int]):
    """A number of seconds, or a number with s, m, h or d behind it."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = re.fullmatch(r"([0-9]{1,7})([smhd]?)", str(value))
        if match is None:
            self.fail(f"{value!r} is not a duration such as 90s, 30m, 1h or 2d", param, ctx)
        return int(match[1]) * _UNITS[match[2] or "s"]


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Turn a refusal into a message and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except manifest.Refused as refused:
            raise click.ClickException("nothing was applied:\n" + "\n".join(refused.problems)) from None
        except Rejected as refused:
            raise click.ClickException(refused.hint) from None
        except Unavailable as unavailable:
            raise click.ClickException(f"{unavailable.what} does not answer; try again") from None

    return run


def operator() -> str:
    """Who types."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def show_secret(name: str, secret: str) -> None:
    """Show what is made now and kept as a hash only."""
    click.echo(f"    {name}: {secret}")
    click.echo("    shown once; only its hash is kept")
