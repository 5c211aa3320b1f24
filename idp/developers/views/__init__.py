"""The developers' pages: one file a noun."""

from idp.developers.views import clients, invitations, members, secrets, teams  # noqa: F401  (adding routes)
from idp.developers.views.frame import blueprint

__all__ = ["blueprint"]
