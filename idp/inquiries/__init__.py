"""Staff looking into one person: by the full number, for a case and a reason, for a short while.

Owns: the inquiry (who asks, about whom, why), its reach, the verbs that may follow it.
Not here: the pages (``idp.admin``), what a verb does to the person (``idp.logout.people``, ``idp.login``).
"""

from idp.inquiries.inquiry import Inquiry

__all__ = ["Inquiry"]
