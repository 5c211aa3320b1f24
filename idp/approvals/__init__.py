"""Logins that begin elsewhere and are approved here: at a device without a keyboard, at a portal that knows
whom to ask.

Owns: requests of the device grant (RFC 8628) and of backchannel authentication (CIBA Core 1.0) until they are
redeemed, user codes, the messages that ask a person, the pages on which the person decides, pings.
Not here: the endpoints and grants (``idp.oidc``), how the person logs in (``idp.login``), what data may be
given (``idp.consent``), how tokens are made (``idp.tokens``).

    pending ──approved──▶ approved ──polled──▶ taken
       ├─────denied─────▶ denied    told at every poll
       └──its time ends─▶ expired   told at every poll
"""

from idp.approvals.approval import BACKCHANNEL, DEVICE, Approval, Kind
from idp.approvals.store import Started, find, of_person, start, take

__all__ = ["BACKCHANNEL", "DEVICE", "Approval", "Kind", "Started", "find", "of_person", "start", "take"]
