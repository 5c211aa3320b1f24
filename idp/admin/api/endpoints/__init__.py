"""The operations, one file a noun, listed in ``BLUEPRINTS``.

Owns: what each operation takes and answers.
Not here: who may call it (``idp.admin.api.caller``), what it does (the verb of the noun's package).
"""

from idp.admin.api.endpoints import (
    applications,
    clients,
    deliveries,
    departments,
    divisions,
    keys,
    records,
    staff,
)

BLUEPRINTS = (
    applications.blueprint,
    clients.blueprint,
    deliveries.blueprint,
    departments.blueprint,
    divisions.blueprint,
    keys.blueprint,
    records.blueprint,
    staff.blueprint,
)
