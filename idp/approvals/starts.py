"""How many codes strangers may ask for: a public client's name is known to everybody (attack book O16)."""

from clients import Client
from idp import settings
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.login import throttle
from idp.store import redis

_MINUTE = 60


def admit(client: Client, address: str) -> None:
    """Count one request of a public client; raises 429 when one address has asked for too many."""
    if not client.public:
        return
    minute, network = now() // _MINUTE, throttle.network_tag(address)
    key = f"device-starts:{{{network}}}:{client.client_id}:{minute}"
    _, count = redis.pipeline(("SET", key, 0, "EX", 2 * _MINUTE, "NX"), ("INCR", key))
    if int(count) > settings.current().device_starts:
        raise Rejected(
            "temporarily_unavailable", "too many devices ask from this address; try again in a minute",
            why="device starts", status=429,
        )  # fmt: skip
