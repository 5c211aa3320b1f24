"""Leave to give a person's data to a portal: what is told, what is asked, what was answered.

Owns: which scopes need a notice, a consent or a separate consent; the question and its pages; consents and
their receipts.
Not here: what a scope contains (``clients.scopes``, ``idp.claims``), when a portal asks (``idp.oidc``).
"""

from idp.consent import asks
from idp.consent.consent import Ask, Consent, ask, version
from idp.consent.queries import given, needed, of_person

__all__ = ["Ask", "Consent", "ask", "asks", "given", "needed", "of_person", "version"]
