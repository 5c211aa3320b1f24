"""Every request this server makes to an address somebody registered.

Owns: which addresses may be called, the pinned connection, the one deadline, the bounded answer.
Not here: which address is registered for what (``clients``), what an answer means (whoever asked).
"""

from idp.outbound.calls import get, post, reach
from idp.outbound.failures import Failed, Refused, Unreachable
from idp.outbound.reply import Reply

__all__ = ["Failed", "Refused", "Reply", "Unreachable", "get", "post", "reach"]
