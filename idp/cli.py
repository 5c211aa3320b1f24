"""The ``idp`` command: collects each package's commands, each loaded when it is asked for."""

import importlib
import sys

import click
from pydantic import ValidationError

from idp import settings
from idp.base.errors import Rejected, Unavailable

#: Every command, and where it lives.
COMMANDS = {
    "admin": "idp.staff.commands:admin",
    "announcements": "idp.announcements.commands:announcements",
    "applications": "clients.applications.commands:applications",
    "audit": "idp.audit.commands:audit",
    "clients": "clients.commands:clients",
    "configuration": "idp.configuration.commands:configuration",
    "db": "idp.commands:db",
    "deliveries": "idp.logout.deliveries:deliveries",
    "demo": "idp.demo.commands:demo",
    "divisions": "idp.divisions.commands:divisions",
    "explain": "idp.commands:explain",
    "health": "idp.commands:health",
    "keys": "idp.keys:keys",
    "login": "idp.login.commands:login",
    "personas": "idp.personas.commands:personas",
    "persons": "idp.logout.commands:persons",
    "policies": "idp.policies.commands:policies",
    "serve": "idp.commands:serve",
    "settings": "idp.commands:show_settings",
    "statistics": "idp.statistics.commands:statistics",
    "worker": "idp.commands:worker",
}
#: Commands that read the settings themselves, or make their own.
_WITHOUT_SETTINGS = ("demo", "explain", "settings")


_SAID = "idp.cli.said"


class Commands(click.Group):
    """The table above as a group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        module, _, attribute = COMMANDS.get(cmd_name, "").partition(":")
        if not module:
            return None
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what was said to it is kept for the look at it below."""
        ctx.meta[_SAID] = list(ctx.args)
        return super().invoke(ctx)


@click.group(cls=Commands)
@click.pass_context
def idp(context: click.Context) -> None:
    """Unified identity authentication and single sign-on server for public services."""
    if context.invoked_subcommand in _WITHOUT_SETTINGS or _asks_for_help(context):
        return
    from idp import journal

    conf = settings.current()
    journal.configure(conf.log_level, json=conf.log_json)
    if context.invoked_subcommand != "serve":
        from idp.app import open_stores

        open_stores(conf)


def _asks_for_help(context: click.Context) -> bool:
    """Whether nothing runs but a page of help, which needs neither settings nor stores."""
    said, group = context.meta[_SAID], context.command
    named = (
        group.get_command(context, context.invoked_subcommand or "") if isinstance(group, Commands) else None
    )
    return "--help" in said or (not said and isinstance(named, click.Group))


def main() -> None:
    """Run a command; what goes wrong in a known way ends with one line and status 2."""
    try:
        idp(prog_name="idp")
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            said = problem["msg"].removeprefix("Value error, ")
            click.echo(f"setting {'IDP_' + name + ': ' if name else ''}{said}", err=True)
        click.echo("all settings: docs/settings.md; to try things out: IDP_ENVIRONMENT=development", err=True)
        sys.exit(2)
    except Unavailable as error:
        click.echo(f"unavailable: {error.what}", err=True)
        sys.exit(2)
    except Rejected as error:
        click.echo(f"refused: {error.code}: {error.hint or error.why}", err=True)
        sys.exit(2)
    except Exception as error:
        if type(error).__name__ not in ("BrokenKeyring", "SchemaMismatch"):
            raise
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
