"""The developers' pages: one file a noun."""

from idp.developers.views import (  # noqa: F401  (importing them adds their routes)
    applications,
    checks,
    clients,
    invitations,
    log,
    members,
    secrets,
    teams,
)
from idp.developers.views.frame import blueprint

__all__ = ["blueprint"]
