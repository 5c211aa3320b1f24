"""``idp clients initial-token`` and ``idp clients software-issuer``: by what clients register themselves."""

import json
from datetime import datetime
from pathlib import Path

import click

from clients.registration import policy, queries
from clients.registration.service import initial_tokens, issuers
from clients.terminal import Duration, operator, show_secret, told
from idp.base.clock import SHANGHAI
from idp.base.errors import Rejected


@click.group("initial-token")
def initial_token() -> None:
    """Initial access tokens: clients register themselves by them, under a policy of ours (RFC 7591)."""


@initial_token.command("create")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--uses", default=1, show_default=True, help="How many clients may register by it.")
@click.option("--expires", type=Duration(), default="7d", show_default=True, help="How long it is good.")
@click.option("--open", "open_to_all", is_flag=True, help="Ask nobody for a token: anyone may register.")
@told
def create(path: Path, uses: int, expires: int, open_to_all: bool) -> None:
    """Make a token whose clients stand under the policy of a YAML file, and show it once."""
    settled = policy.read(_text(path), path.name)
    token_id, token = initial_tokens.create(
        settled, uses=uses, lifetime=expires, operator=operator(), open_to_all=open_to_all
    )
    click.echo(f"created   {token_id}")
    if token:
        show_secret("initial_access_token", token.reveal())
    else:
        click.echo("    anyone can register until its uses or its time are spent, or it is revoked")


@initial_token.command("list")
@told
def list_tokens() -> None:
    """List every token with what is left of it, spent and revoked ones too."""
    for one in queries.initial_tokens():
        state = "revoked" if one.revoked else "live" if one.live else "spent"
        end = datetime.fromtimestamp(one.expires_at, SHANGHAI).strftime("%Y-%m-%d %H:%M")
        click.echo(
            f"{one.id:14}{state:9}{one.uses_left}/{one.uses} uses, until {end}, by {one.created_by}"
            f"{', OPEN TO ALL' if one.open else ''}  {one.policy.organization}"
            f"  [{' '.join(one.policy.scopes)}]"
        )


@initial_token.command("revoke")
@click.argument("token_id")
@told
def revoke(token_id: str) -> None:
    """Let nobody register by a token any more; clients that did so stay."""
    initial_tokens.revoke(token_id, operator=operator())
    click.echo(f"revoked   {token_id}")


@click.group("software-issuer")
def software_issuer() -> None:
    """Whose software statements are believed (RFC 7591 section 2.3)."""


@software_issuer.command("add")
@click.argument("issuer")
@click.option(
    "--jwks",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="A file with the issuer's public keys as a JWK set.",
)
@told
def add(issuer: str, jwks: Path) -> None:
    """Believe an issuer, or replace its keys."""
    try:
        keys = json.loads(_text(jwks))
    except ValueError:
        raise Rejected("software_issuer.jwks", "the file holds no JSON") from None
    issuers.add(issuer, keys if isinstance(keys, dict) else {}, operator=operator())
    click.echo(f"believed  {issuer}")


@software_issuer.command("list")
@told
def list_issuers() -> None:
    """List every issuer that is believed, with its keys' names."""
    for row in queries.software_issuers():
        kids = ", ".join(key["kid"] for key in json.loads(row.jwks)["keys"])
        click.echo(f"{row.issuer}  keys {kids}, by {row.created_by}")


@software_issuer.command("remove")
@click.argument("issuer")
@told
def remove(issuer: str) -> None:
    """Believe no further statement of an issuer."""
    issuers.remove(issuer, operator=operator())
    click.echo(f"removed   {issuer}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Rejected("file", f"{path.name} cannot be read as a UTF-8 text") from None
