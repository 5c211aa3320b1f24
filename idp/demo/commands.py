"""``idp demo``: the whole demonstration in one command."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from idp.demo import run as running
from idp.demo.plan import PORTALS, Plan

_PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--port", type=_PORT, default=8080, show_default=True, help="Port of the server.")
@click.option("--tax-port", type=_PORT, default=8091, show_default=True, help="Port of the tax portal.")
@click.option(
    "--social-security-port", type=_PORT, default=8092, show_default=True, help="Port of the social portal."
)
@click.option(
    "--enterprise-registration-port",
    type=_PORT,
    default=8093,
    show_default=True,
    help="Port of the business portal.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where data and keys of the demonstration lie; delete it to begin anew.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what is ready as one line of JSON.")
def demo(
    *,
    port: int,
    tax_port: int,
    social_security_port: int,
    enterprise_registration_port: int,
    folder: Path,
    as_json: bool,
) -> None:
    """Start a server, three portals and people who can log in; Ctrl-C ends everything."""
    chosen = (tax_port, social_security_port, enterprise_registration_port)
    plan = Plan(
        folder=folder.resolve(),
        port=port,
        portals=tuple(replace(portal, port=number) for portal, number in zip(PORTALS, chosen, strict=True)),
    )
    sys.exit(running.run(plan, as_json=as_json))
