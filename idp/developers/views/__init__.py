"""The developers' pages: one file a noun."""

from idp.developers.views import (  # noqa: F401  (adding routes)
    applications,
    clients,
    invitations,
    members,
    secrets,
    teams,
)
from idp.developers.views.frame import blueprint

__all__ = ["blueprint"]
