"""``idp clients``: the operators' view of the registry."""

import json
from pathlib import Path

import click

from clients import manifest, service, snapshot
from clients.applications import service as applications
from clients.client import Client
from clients.registration import queries, statement
from clients.registration.commands import initial_token, software_issuer
from clients.registration.service import tokens
from clients.terminal import Duration, operator, show_secret, told
from idp.base.errors import Rejected
from idp.base.levels import acr
from idp.divisions.division import HIGHEST


@click.group("clients")
def clients() -> None:
    """Relying parties: apply manifests, show, renew secrets, disable."""


@clients.command("apply")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@told
def apply_manifests(path: Path, dry_run: bool) -> None:
    """Register the clients of a YAML file, or of all *.yaml files of a folder: all of them or none."""
    changes = service.apply(manifest.load(path), operator=operator(), dry_run=dry_run)
    for change in changes:
        click.echo(f"{change.action:10}{change.client_id}")
        if change.action == "changed":
            for name, (old, new) in change.fields.items():
                click.echo(f"    {name}: {_plain(old)} -> {_plain(new)}")
        if change.secret:
            show_secret("client_secret", change.secret.reveal())
        elif change.makes_secret:
            click.echo("    a client secret will be made")
    if dry_run:
        click.echo("dry run: nothing was written")


@clients.command("list")
@told
def list_clients() -> None:
    """List every client."""
    for client in snapshot.all_clients():
        state = "enabled" if client.enabled else "DISABLED"
        click.echo(f"{client.client_id:32}{state:10}{client.origin:14}{client.name}  {client.organization}")


@clients.command("show")
@click.argument("client_id")
@told
def show_client(client_id: str) -> None:
    """Show what is registered about a client; never a secret."""
    client = _known(client_id)
    for name, value in manifest.document(client).items():
        click.echo(f"{name}: {acr(value) if name == 'min_level' else _plain(value)}")
    click.echo(f"origin: {client.origin}")
    if known := queries.registration(client_id):
        click.echo(f"initial_token: {known.initial_token}")
        click.echo(
            f"software_statement: {'by ' + statement.issuer(known.statement) if known.statement else 'none'}"
        )
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
@told
def rotate_secret(client_id: str, overlap: int) -> None:
    """Make a new client secret and show it once."""
    show_secret(
        "client_secret", service.rotate_secret(client_id, overlap=overlap, operator=operator()).reveal()
    )


@clients.command("disable")
@click.argument("client_id")
@told
def disable_client(client_id: str) -> None:
    """Refuse a client everywhere, within a second."""
    applications.stop(client_id, operator=operator(), rank=HIGHEST)
    click.echo(f"disabled  {client_id}")


@clients.command("enable")
@click.argument("client_id")
@told
def enable_client(client_id: str) -> None:
    """Let a disabled client in again."""
    service.enable(client_id, operator=operator())
    click.echo(f"enabled   {client_id}")


@clients.command("registration-token")
@click.argument("client_id")
@told
def renew_registration_token(client_id: str) -> None:
    """Make a new registration access token for a client that registered itself, and show it once."""
    token = tokens.renew(client_id, operator=operator())
    show_secret("registration_access_token", token.reveal())


clients.add_command(initial_token)
clients.add_command(software_issuer)


def _known(client_id: str) -> Client:
    client = snapshot.find(client_id)
    if client is None:
        raise Rejected("client.unknown", "no client has this id")
    return client


def _plain(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
