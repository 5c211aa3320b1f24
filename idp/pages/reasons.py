"""Why a registration cannot be taken, in the reader's language."""

from markupsafe import Markup

from clients import reasons
from idp.pages.language import chinese


def in_words(reason: str) -> str:
    """A rule's reason; one that has no Chinese form stays English, and says so to screen readers."""
    if not chinese():
        return reason
    return reasons.chinese(reason) or Markup('<span lang="en">%s</span>') % reason
