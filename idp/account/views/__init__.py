"""The account pages, one module a subject; all of them need a session."""

import idp.account.views.activity
import idp.account.views.consents
import idp.account.views.factor
import idp.account.views.history
import idp.account.views.overview
import idp.account.views.password
import idp.account.views.requests
import idp.account.views.services
import idp.account.views.sessions  # noqa: F401  (importing the modules adds their pages)
from idp.account.views.frame import blueprint

__all__ = ["blueprint"]
