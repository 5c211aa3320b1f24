"""How many requests may be started: a public client's name is known to everybody (attack book O16), and a
portal's secret may be stolen by somebody who wants to call a whole city (attack book I13).
"""

from clients import Client
from idp import settings
from idp.base.errors import Rejected
from idp.login import throttle
from idp.store import rate


def admit_device(client: Client, address: str) -> None:
    """Count a request of a public client from one address; raises 429 when there are too many."""
    if client.public:
        who = f"{client.client_id}|{throttle.network_tag(address)}"
        _admit("device-starts", who, settings.current().device_starts)


def admit_call(client: Client) -> None:
    """Count a request of a portal that calls people; raises 429 when there are too many."""
    _admit("calls", client.client_id, settings.current().backchannel_starts)


def _admit(kind: str, who: str, most: int) -> None:
    if rate.count(kind, who) > most:
        raise Rejected(
            "temporarily_unavailable", "too many requests; try again in a minute", why="too many starts",
            status=429,
        )  # fmt: skip
