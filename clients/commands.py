"""``idp clients``: the operators' view of the registry."""

import getpass
import json
import os
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click

from clients import manifest, service, snapshot
from clients.client import Client
from idp.base.errors import Rejected, Unavailable
from idp.base.levels import acr

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


@click.group("clients")
def clients() -> None:
    """Relying parties: apply manifests, show, renew secrets, disable."""


def _told(command: Callable[P, None]) -> Callable[P, None]:
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


@clients.command("apply")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@_told
def apply_manifests(path: Path, dry_run: bool) -> None:
    """Register the clients of a YAML file, or of all *.yaml files of a folder: all of them or none."""
    changes = service.apply(manifest.load(path), operator=_operator(), dry_run=dry_run)
    for change in changes:
        click.echo(f"{change.action:10}{change.client_id}")
        if change.action == "changed":
            for name, (old, new) in change.fields.items():
                click.echo(f"    {name}: {_plain(old)} -> {_plain(new)}")
        if change.secret:
            _show_secret(change.secret.reveal())
        elif change.makes_secret:
            click.echo("    a client secret will be made")
    if dry_run:
        click.echo("dry run: nothing was written")


@clients.command("list")
@_told
def list_clients() -> None:
    """List every client."""
    for client in snapshot.all_clients():
        state = "enabled" if client.enabled else "DISABLED"
        click.echo(f"{client.client_id:32}{state:10}{client.name}  {client.organization}")


@clients.command("show")
@click.argument("client_id")
@_told
def show_client(client_id: str) -> None:
    """Show what is registered about a client; never a secret."""
    client = _known(client_id)
    for name, value in manifest.document(client).items():
        click.echo(f"{name}: {acr(value) if name == 'min_level' else _plain(value)}")
    click.echo(f"enabled: {_plain(client.enabled)}")
    click.echo(f"fingerprint: {client.fingerprint}")
    for secret in client.secrets:
        end = "no end" if secret.expires_at is None else f"until {secret.expires_at} (epoch seconds)"
        click.echo(f"secret: sha256 {secret.digest[:8]}..., {end}")


@clients.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--overlap", type=Duration(), default="1h", show_default=True, help="How long the old secret works."
)
@_told
def rotate_secret(client_id: str, overlap: int) -> None:
    """Make a new client secret and show it once."""
    _show_secret(service.rotate_secret(client_id, overlap=overlap, operator=_operator()).reveal())


@clients.command("disable")
@click.argument("client_id")
@_told
def disable_client(client_id: str) -> None:
    """Refuse a client everywhere, within a second."""
    service.disable(client_id, operator=_operator())
    click.echo(f"disabled  {client_id}")


@clients.command("enable")
@click.argument("client_id")
@_told
def enable_client(client_id: str) -> None:
    """Let a disabled client in again."""
    service.enable(client_id, operator=_operator())
    click.echo(f"enabled   {client_id}")


def _known(client_id: str) -> Client:
    client = snapshot.find(client_id)
    if client is None:
        raise Rejected("client.unknown", "no client has this id")
    return client


def _show_secret(secret: str) -> None:
    click.echo(f"    client_secret: {secret}")
    click.echo("    shown once; only its hash is kept")


def _operator() -> str:
    return os.environ.get("SUDO_USER") or getpass.getuser()


def _plain(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
