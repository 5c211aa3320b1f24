"""Messages to people: one-time codes and notices.

Owns: the register of gateways and choosing one. Not here: what a message says and to whom (the package
that sends it), who may receive how many (``idp.login``).
"""

from idp.base.errors import Unavailable
from idp.notify.gateways import GATEWAYS
from idp.notify.message import CHANNELS, Channel, Message, NotNow

__all__ = ["CHANNELS", "Channel", "Message", "NotNow", "send", "serves"]


def serves(channel: Channel) -> bool:
    """Whether any gateway takes messages of a channel here."""
    return any(gateway.serves(channel) for gateway in GATEWAYS)


def send(channel: Channel, to: str, text: str) -> None:
    """Hand a message to the first gateway that serves the channel here; ``Unavailable`` if none does."""
    if channel not in CHANNELS:
        raise ValueError(f"no channel {channel!r}")
    for gateway in GATEWAYS:
        if gateway.serves(channel):
            gateway.deliver(Message(channel=channel, to=to, text=text))
            return
    raise Unavailable(f"no gateway for {channel}")
