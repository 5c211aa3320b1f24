"""Ending sessions everywhere: what a portal asks, what the citizen confirms, how every portal hears of it.

Owns: logout requests under way, the queue of logout tokens and their delivery with retry, stopping a person
(``idp.logout.people``: freeze, death, closing) with everything the account holds.
Not here: the session itself (``idp.sessions``), the front door (``idp.oidc.endpoints.end_session``).
"""

from idp.logout.queries import Notice, notice, notices, standing
from idp.logout.requests import LogoutRequest, peek, start
from idp.logout.service import end, end_all

__all__ = [
    "LogoutRequest", "Notice", "end", "end_all", "notice", "notices", "peek", "standing", "start",
]  # fmt: skip
