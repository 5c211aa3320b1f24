"""``idp personas``: load and list the synthetic cast."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from idp.base.errors import Rejected, Unavailable
from idp.personas import service
from idp.personas.credentials import Credentials
from idp.personas.roster import personas as cast


@click.group("personas")
def personas() -> None:
    """Synthetic people for development and demonstrations; refused in production."""


@personas.command("load")
@click.option(
    "--passwords-file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the new credentials here (mode 0600) instead of showing them.",
)
@click.option("--new-passwords", is_flag=True, help="Make new credentials for those who have some.")
def load_personas(passwords_file: Path | None, new_passwords: bool) -> None:
    """Register the cast; may be repeated. New credentials are shown once and kept nowhere in the clear."""
    try:
        made = service.load(renew=new_passwords)
    except Rejected as refused:
        raise click.ClickException(refused.hint) from None
    except Unavailable as unavailable:
        raise click.ClickException(f"{unavailable.what} does not answer; try again") from None
    if passwords_file is None:
        click.echo("".join(_lines(made)), nl=False)
    else:
        _write(passwords_file, _lines(made))
    click.echo(f"{len(cast())} personas are loaded, {len(made)} with new credentials")


@personas.command("list")
def list_personas() -> None:
    """List the cast and what each is for."""
    for persona in cast():
        click.echo(
            f"{persona.slug:24}{persona.number:20}{persona.name}\n    {persona.note}\n    {persona.note_en}"
        )


def _lines(made: Iterable[Credentials]) -> list[str]:
    """One line a persona, columns behind tabs: slug, login, password, secret of the generator, name."""
    return ["\t".join((*_columns(one), one.name)) + "\n" for one in made]


def _columns(one: Credentials) -> tuple[str, ...]:
    return one.slug, one.login, one.password.reveal(), one.totp.reveal() if one.totp else "-"


def _write(path: Path, lines: list[str]) -> None:
    """Put new lines in the place of old ones of the same personas, in a file only its owner ever can read."""
    old = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    kept = {line.partition("\t")[0]: line for line in (*old, *lines)}
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(kept.values())
    fresh.replace(path)
