"""The development inbox: messages stay on this machine and a page shows them. Refused in production.

It holds the newest messages of a short while in Redis, addresses masked.
"""

import orjson

from idp import settings
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.base.pii import mask_phone
from idp.notify.message import Channel, Message
from idp.store import redis

_KEY = "inbox:{inbox}"
_MOST = 50
_LIFETIME = 3600


def serves(channel: Channel) -> bool:
    """Whether it takes messages here: of every channel, in development and tests alone."""
    return settings.current().environment != "production"


def deliver(message: Message) -> None:
    """Put a message on top."""
    _refuse_in_production()
    to = mask_phone(message.to) if message.channel == "sms" else message.to
    entry = {"channel": message.channel, "to": to, "text": message.text, "at": now()}
    redis.pipeline(
        ("LPUSH", _KEY, orjson.dumps(entry)), ("LTRIM", _KEY, 0, _MOST - 1), ("EXPIRE", _KEY, _LIFETIME)
    )


def messages() -> list[dict[str, str | int]]:
    """The messages, newest first: channel, to, text, at (epoch seconds)."""
    _refuse_in_production()
    return [orjson.loads(entry) for entry in redis.call("LRANGE", _KEY, 0, -1)]


def _refuse_in_production() -> None:
    if settings.current().environment == "production":
        raise Rejected("not_found", why="the development inbox is refused in production", status=404)
