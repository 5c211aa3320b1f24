"""Every request this server makes to an address somebody registered.

Owns: which addresses may be called, the pinned connection, the one deadline, the bounded answer, and
that a slow receiver holds up nobody else.
Not here: which address is registered for what (``clients``), what an answer means (whoever asked).
"""

from idp.outbound.calls import get, post, reach
from idp.outbound.failures import Failed, Refused, Unreachable
from idp.outbound.reply import Reply
from idp.outbound.side_by_side import side_by_side

__all__ = ["Failed", "Refused", "Reply", "Unreachable", "get", "post", "reach", "side_by_side"]
