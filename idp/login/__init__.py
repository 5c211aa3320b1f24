"""From stranger to a session that is strong enough for what is asked.

Owns: what a request requires, login attempts, the steps of a login and their pages, the decision what is
missing, the throttle of failures, known devices.
Not here: factors and their secrets (``authenticators``), sessions (``sessions``), consent (``consent``),
the protocol that asks for a login (``oidc``).
"""

from idp.login import attempts, policy
from idp.login.attempt import Attempt
from idp.login.policy import Decision, decide
from idp.login.requirement import Requirement

__all__ = ["Attempt", "Decision", "Requirement", "attempts", "decide", "policy"]
