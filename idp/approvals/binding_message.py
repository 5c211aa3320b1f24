"""The words that tie what a person reads at the portal to what the person approves (CIBA Core §7.1).

A clerk's or a stranger's text on a page of ours is a place to lie in: no address, no mark-up, nothing that
hides or turns letters round (attack book G23). Chinese and plain punctuation pass.
"""

import re
import unicodedata

from clients import texts
from idp.base.errors import Rejected

LONGEST = 100

#: Addresses, with and without a scheme; full-width dots and slashes were folded before.
_ADDRESS = re.compile(r"://|\bwww\.|[a-z0-9-]\.[a-z]{2,}(?:[/:?#]|\b)|\bxn--", re.IGNORECASE)


def check(text: str) -> str:
    """The message as it will be shown; raises ``invalid_binding_message`` (CIBA Core §13)."""
    if not 0 < len(text) <= LONGEST:
        raise _refused(f"binding_message must have 1 to {LONGEST} characters")
    try:
        texts.prose(text)
    except ValueError as error:
        raise _refused("binding_message has characters or spacing that are not shown") from error
    if _ADDRESS.search(unicodedata.normalize("NFKC", text).replace("。", ".")):
        raise _refused("binding_message must not hold an address")
    return text


def _refused(hint: str) -> Rejected:
    return Rejected("invalid_binding_message", hint)
