"""Claims: which fact about a person or an organisation a scope releases, and in which shape.

Owns: the register of claims, the two answers made from it (ID token, UserInfo), the claims parameter.
Not here: who may ask for a scope (``clients``), whether the citizen agreed (``idp.consent``).
"""

from idp.claims.facts import Facts
from idp.claims.release import id_token_claims, names, userinfo_claims
from idp.claims.requested import ClaimsRequest

__all__ = ["ClaimsRequest", "Facts", "id_token_claims", "names", "userinfo_claims"]
