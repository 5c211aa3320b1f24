"""The register of gateways, in the order they are tried.

A gateway is a module here with three names:

    CHANNELS       the channels it serves
    ENVIRONMENTS   where it may be used: development, test, production
    deliver(m)     hands one ``Message`` over, or raises ``Unavailable``; it logs neither address nor text

To add one (an SMS operator, say): write the module, list it before the inbox, name its credentials in
``idp/settings`` as secrets. A message that was not accepted is not kept: codes must not arrive late.
"""

from typing import Protocol

from idp.notify.gateways import inbox
from idp.notify.message import Message


class Gateway(Protocol):
    """What the register expects of a module."""

    CHANNELS: tuple[str, ...]
    ENVIRONMENTS: tuple[str, ...]

    def deliver(self, message: Message, /) -> None:
        """Hand one message over."""


GATEWAYS: tuple[Gateway, ...] = (inbox,)
