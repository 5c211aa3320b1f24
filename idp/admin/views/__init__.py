"""The console's pages: one file a noun."""

from idp.admin.views import (  # noqa: F401  (they add their routes)
    alarms,
    announcements,
    applications,
    clients,
    configuration,
    deliveries,
    explain,
    exports,
    filings,
    health,
    home,
    keys,
    link,
    login,
    password,
    people,
    places,
    policies,
    policy_drafts,
    policy_forms,
    policy_items,
    records,
    staff,
    statistics,
)
from idp.admin.views.frame import blueprint

__all__ = ["blueprint"]
