"""One question of the register, asked.

In changes, a text may name an address of the server asked (``{issuer}``, ``{token}``, ``{par}``), and the
dates of a JWT are seconds from now.
"""

import time
from typing import Any

from tests.validation import browsers, machines, proofs
from tests.validation.kinds import KINDS
from tests.validation.server import Server

ROOMS = (browsers, machines, proofs)
"""Where the kinds stand."""
_DATES = ("exp", "iat", "nbf")


def ask(server: Server, kind: str, changes: dict[str, Any]) -> str:
    """Ask one question; the answer in words."""
    return KINDS[kind](server, **_placed(server, changes))


def _placed(server: Server, value: Any) -> Any:
    """Changes with the server's own addresses, and dates counted from now."""
    if isinstance(value, str) and "{" in value:
        par = server.url("pushed_authorization_request")
        return value.format(issuer=server.issuer, token=server.url("token"), par=par)
    if isinstance(value, list):
        return [_placed(server, one) for one in value]
    if isinstance(value, dict):
        moment = int(time.time())
        return {
            name: moment + one if name in _DATES and isinstance(one, int) else _placed(server, one)
            for name, one in value.items()
        }
    return value
