"""The account pages, one module a subject; all of them need a session."""

from idp.account.views import consents, factor, history, overview, password, sessions
from idp.account.views.frame import blueprint

__all__ = ["blueprint", "consents", "factor", "history", "overview", "password", "sessions"]
