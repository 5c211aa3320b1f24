"""The operations, one file a noun, listed in ``BLUEPRINTS``.

Owns: what each operation takes and answers.
Not here: who may call it (``idp.admin.api.caller``), what it does (the verb of the noun's package).
"""

from idp.admin.api.endpoints import (
    alarms,
    announcements,
    applications,
    branding,
    clients,
    configuration,
    deliveries,
    departments,
    divisions,
    explanations,
    exports,
    filings,
    health,
    keys,
    people,
    policies,
    records,
    roots,
    staff,
    statistics,
)

BLUEPRINTS = (
    alarms.blueprint,
    announcements.blueprint,
    applications.blueprint,
    branding.blueprint,
    clients.blueprint,
    configuration.blueprint,
    deliveries.blueprint,
    departments.blueprint,
    divisions.blueprint,
    explanations.blueprint,
    exports.blueprint,
    filings.blueprint,
    health.blueprint,
    keys.blueprint,
    people.blueprint,
    policies.blueprint,
    records.blueprint,
    roots.blueprint,
    staff.blueprint,
    statistics.blueprint,
)
