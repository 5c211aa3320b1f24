"""Claims: which fact about a person or an organisation a scope releases, and in which shape.

Owns: the register of claims and the two answers made from it (ID token, UserInfo).
Not here: who may ask for a scope (``clients``), whether the citizen agreed (``idp.consent``).
"""

from idp.claims.facts import Facts
from idp.claims.release import id_token_claims, names, userinfo_claims

__all__ = ["Facts", "id_token_claims", "names", "userinfo_claims"]
