"""``idp keys``: the keyring's commands with the audit record, which may not know each other, joined."""

from idp import audit
from idp.keyring import commands

keys = commands.group(audit.record)
