"""What staff accounts keep under keys: the seeds of one-time-code generators."""

from idp.keyring.stored import SealedColumn, Stored
from idp.staff.models import StaffRow

STORED: tuple[Stored, ...] = (SealedColumn(column=StaffRow.seed, bound_to=(StaffRow.id, "staff-totp")),)
