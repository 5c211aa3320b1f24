"""One announcement, and the rules that need nothing else."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from clients import texts
from idp.base import clock
from idp.base.clock import SHANGHAI
from idp.base.errors import Rejected

LONGEST = 200
#: An announcement is of a while: whatever holds for good belongs to the portal itself.
LONGEST_SPAN = 90 * 86400
#: The end of the year 9998: calendars end soon after, and every moment is shown to people.
LATEST = 253_370_736_000
#: So many at once are still read.
MOST = 3

#: Addresses as browsers complete them, and numbers to call however they are spaced.
_LEADS_AWAY = re.compile(
    r"://|www[.。]|@|\b[a-z0-9-]+\.[a-z]{2,}\b|\b[a-z0-9-]+ ?[.。] ?(?:com|cn|net|org|gov|top|xyz|vip)\b"
    r"|[0-9]{7,}|(?<![0-9-])1[ -]?[3-9](?:[ -]?[0-9]){9}"
    r"|(?<![0-9])(?:0[0-9]{2,3}|[48]00)[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}(?![0-9])",
    re.I | re.A,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A text in both languages, shown at one portal from one moment to another."""

    id: str
    client_id: str
    text: str
    text_en: str
    starts_at: int
    ends_at: int
    created_at: int
    created_by: str


def leads_away(text: str) -> bool:
    """Whether a text names an address or a number to call, in letters and digits of whatever width."""
    return _LEADS_AWAY.search(unicodedata.normalize("NFKC", text)) is not None


def demand_text(text: str) -> str:
    """A text as it is kept; raises ``Rejected``.

    Beside a login box nobody is sent anywhere else: no address and no number to call.
    """
    try:
        told = texts.prose(text.strip())
    except ValueError:
        told = ""
    if not 1 <= len(told) <= LONGEST or leads_away(told):
        raise Rejected("announcement.text", f"A text has 1 to {LONGEST} plain characters, and no address")
    return told


def moment_of(text: str) -> int:
    """The epoch second of a date and time as browsers send it, in Shanghai; raises ``Rejected``."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI).timestamp())
    except ValueError:
        raise Rejected("announcement.time", "A time is written as YYYY-MM-DDThh:mm") from None


def demand_span(starts_at: int, ends_at: int) -> None:
    """Raise ``Rejected`` unless it ends after it starts, not in the past, and not too late."""
    if not starts_at < ends_at or ends_at <= clock.now() or ends_at > LATEST:
        raise Rejected("announcement.order", "It must end after it starts, and in the future")
    if ends_at - starts_at > LONGEST_SPAN:
        raise Rejected("announcement.long", f"It lasts {LONGEST_SPAN // 86400} days at most")
