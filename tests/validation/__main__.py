"""The register as a table: ``python -m tests.validation > docs/validation.md``."""

import sys
from collections.abc import Iterator

from tests.bench import peer
from tests.validation.register import Probe, probes


def markdown() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    known = probes()
    differing = [one for one in known if one.reason]
    yield from (
        "# The checks, validated against a certified server",
        "",
        "Made by `python -m tests.validation` of `tests/validation/register.yaml`. A check that only its own",
        f"server passes proves little. So {len(known)} questions that the tests of the standards ask, and",
        "that can be asked of any OpenID Provider over HTTP, are asked of npm's `oidc-provider`",
        f"{peer.version()} too, which is certified. It has the same clients, and the options that this",
        "server leaves nobody: PKCE for all, rotated refresh tokens, a redirect URI in each request.",
        "`tests/validation/test_register.py` fails when either server answers otherwise than it says here.",
        "“Back” is the client's redirect URI, with an error or with a code; a page stays at the server.",
        "",
        f"{len(known) - len(differing)} are answered alike. {len(differing)} are not:",
        "",
        "| question | demanded by | this server | the peer | who keeps the standard, and why they differ |",
        "|---|---|---|---|---|",
    )
    for one in differing:
        yield f"| {one.asks} | {one.source} | {one.answer} | {one.peer} | **{one.right}**. {one.reason} |"
    yield from ("", "## All of them", "", "| question | demanded by | answer | check |", "|---|---|---|---|")
    for one in known:
        yield f"| {one.asks} | {one.source} | {_answer(one)} | `{one.check.partition('::')[2]}` |"


def _answer(one: Probe) -> str:
    return f"{one.answer}; the peer: {one.peer}" if one.reason else one.answer


if __name__ == "__main__":
    sys.stdout.write(markdown())
