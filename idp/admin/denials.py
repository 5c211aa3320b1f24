"""What somebody of staff, or a program in their name, was not let do or not let see (attack book L27)."""

from flask import request

from idp import audit
from idp.base.errors import Rejected


def record(refused: Rejected, staff: str | None) -> None:
    """Keep it on record, once for each request."""
    if refused.status in (403, 404):
        audit.record(
            "admin.deny",
            outcome="refused",
            reason=refused.why,
            error=refused.code,
            action=f"{request.method} {request.endpoint}",
            staff=staff,
        )
