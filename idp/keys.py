"""``idp keys``: the keyring's commands, given what they may not know: the record and what is stored."""

from idp import audit
from idp.authenticators import stored as authenticators
from idp.keyring import commands
from idp.keyring.stored import Stored
from idp.persons import stored as persons
from idp.staff import stored as staff

#: Everything in SQL that lies under a key.
STORED: tuple[Stored, ...] = (*persons.STORED, *authenticators.STORED, *staff.STORED)

keys = commands.group(audit.record, STORED)
