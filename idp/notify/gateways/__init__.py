"""The register of gateways, in the order they are tried.

A gateway is a module here with two names:

    serves(c)     whether it takes messages of a channel in this environment, with these settings
    deliver(m)    hands one ``Message`` over, or raises ``Unavailable``, ``NotNow`` where only this address
                  has to wait, or ``Rejected`` for what will never arrive; it logs neither address nor text

To add one (an SMS operator, say): write the module, list it before the inbox, name its credentials in
``idp/settings`` as secrets. A message that was not accepted is not kept: codes must not arrive late.
"""

from typing import Protocol

from idp.notify.gateways import inbox, smtp
from idp.notify.message import Channel, Message


class Gateway(Protocol):
    """What the register expects of a module."""

    def serves(self, channel: Channel, /) -> bool:
        """Whether it takes messages of a channel."""

    def deliver(self, message: Message, /) -> None:
        """Hand one message over."""


GATEWAYS: tuple[Gateway, ...] = (smtp, inbox)
