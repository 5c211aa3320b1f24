"""The pages: type a device's code, see who asks what from where, approve or refuse."""

import idp.approvals.views.code
import idp.approvals.views.decision  # noqa: F401  (importing the modules adds their pages)
from idp.approvals.views.frame import blueprint

__all__ = ["blueprint"]
