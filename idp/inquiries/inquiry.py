"""One inquiry and the rules that need nothing else: nobody is looked at without a case and a reason."""

import re
from dataclasses import dataclass

from idp.base.errors import Rejected
from idp.base.redaction import redact

#: Seconds an inquiry is good for; afterwards the person is looked up again, and that is on record again.
LIFETIME = 15 * 60
#: Look-ups of one member in a minute: a window handles one person at a time.
MOST_IN_A_MINUTE = 10

_CASE = re.compile(r"[\w〔〕()（）\[\]./-]{4,40}")
_SHORTEST, _LONGEST = 4, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Who looks at whom, and why; ``counters`` are those of the person's login (``idp.login.throttle``)."""

    staff: str
    rank: int
    """How high whoever looks stands now (``Reach.rank``)."""
    person_id: str
    case: str
    reason: str
    counters: tuple[str, ...]


def demand_grounds(case: str, reason: str) -> tuple[str, str]:
    """Case number and reason as they are kept; raises ``Rejected``: both stand in the record for good."""
    case, reason = case.strip(), reason.strip()
    if not _CASE.fullmatch(case) or redact(case) != case:
        raise Rejected("inquiry.case", "A case number has 4 to 40 characters and is no ID number")
    if not _SHORTEST <= len(reason) <= _LONGEST or not reason.isprintable():
        raise Rejected("inquiry.reason", f"A reason has {_SHORTEST} to {_LONGEST} printable characters")
    if redact(reason) != reason:
        raise Rejected("inquiry.personal", "A reason names nobody by number or phone")
    return case, reason
