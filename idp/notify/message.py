"""A message on its way to one person."""

from dataclasses import dataclass
from typing import Literal, get_args

from idp.base.errors import Unavailable

Channel = Literal["app", "email", "sms"]
CHANNELS: tuple[str, ...] = get_args(Channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """``to`` is a phone number, an address or a person's id, as the channel needs; it is never logged."""

    channel: Channel
    to: str
    text: str


class NotNow(Unavailable):
    """The gateway works, and does not take a message to this address for now."""
