"""The operations, one file a noun, listed in ``BLUEPRINTS``.

Owns: what each operation takes and answers.
Not here: who may call it (``idp.admin.api.caller``), what it does (the verb of the noun's package).
"""

from idp.admin.api.endpoints import clients, departments, divisions, keys, staff

BLUEPRINTS = (clients.blueprint, departments.blueprint, divisions.blueprint, keys.blueprint, staff.blueprint)
