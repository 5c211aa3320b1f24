"""One time source: UTC seconds for machines, the Shanghai calendar for people's ages."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> int:
    """Seconds since the epoch, UTC (NumericDate of RFC 7519 §2)."""
    return int(time.time())


def now_us() -> int:
    """Microseconds since the epoch, UTC."""
    return time.time_ns() // 1000


def today() -> date:
    """Today's date in Asia/Shanghai, by which ages are counted."""
    return datetime.now(SHANGHAI).date()


def at(seconds: int) -> datetime:
    """The UTC moment of a number of epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)
