"""What administrators tell the visitors of one portal on its login and consent pages, for a while.

Owns: announcements, their texts and times.
Not here: the pages that show them (``idp.login``, ``idp.consent``) and that write them (``idp.admin``).
"""

from idp.announcements.announcement import Announcement
from idp.announcements.queries import ahead, current, find, of_client

__all__ = ["Announcement", "ahead", "current", "find", "of_client"]
