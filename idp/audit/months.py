"""The months of the record: an event's id begins with its moment, so that a month is a range of ids.

Months are those of UTC. They are what retention counts in, and the partitions of ``audit_event`` where the
database has them (decision 0029).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, seconds: float) -> Self:
        """The month in which a moment lies."""
        moment = datetime.fromtimestamp(seconds, UTC)
        return cls(year=moment.year, number=moment.month)

    @classmethod
    def of_id(cls, event_id: str) -> Self:
        """The month in which an event happened; raises ``ValueError`` for what is not an event's id."""
        return cls.of(int(event_id[:8] + event_id[9:13], 16) / 1000)

    @classmethod
    def named(cls, text: str) -> Self:
        """The month that ``str`` wrote; raises ``ValueError``."""
        moment = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
        return cls(year=moment.year, number=moment.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def start(self) -> int:
        """Its first second."""
        return int(datetime(self.year, self.number, 1, tzinfo=UTC).timestamp())

    @property
    def next(self) -> Self:
        """The month after it."""
        year, number = divmod(self.year * 12 + self.number, 12)
        return type(self)(year=year, number=number + 1)

    @property
    def first_id(self) -> str:
        """Every id of the month is above it, every id of an earlier one below."""
        return first_id(self.start * 1_000_000)

    @property
    def partition(self) -> str:
        """The name of its partition."""
        return f"audit_event_{self.year:04}_{self.number:02}"

    def ahead(self, count: int) -> Iterator[Self]:
        """This month and those after it, so many together."""
        month = self
        for _ in range(count):
            yield month
            month = month.next


def first_id(microseconds: int) -> str:
    """The least text that an id of an event of this moment can begin with (see ``event.new_id``)."""
    millisecond, rest = divmod(max(0, microseconds), 1000)
    moment = f"{millisecond:012x}"
    return f"{moment[:8]}-{moment[8:]}-7{rest << 2:03x}"


def kept_from(now: int, days: int) -> Month:
    """The first month that is kept when events are kept so many days: a month goes as a whole."""
    return Month.of((datetime.fromtimestamp(now, UTC) - timedelta(days=days)).timestamp())
