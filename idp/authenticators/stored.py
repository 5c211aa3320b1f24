"""What authenticators keep under keys: the seeds of one-time-code generators."""

from idp.authenticators.models import TotpRow
from idp.keyring.stored import SealedColumn, Stored

STORED: tuple[Stored, ...] = (SealedColumn(column=TotpRow.seed, bound_to=(TotpRow.person_id, "totp")),)
