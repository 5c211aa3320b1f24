"""The birth date inside a number, and who may have it."""

from datetime import date

from idp.persons import age
from idp.persons.documents.id_number import Circumstances, refused

OLDEST = 130


def read(year: str, month_day: str, now: Circumstances) -> date:
    """The date of ``YYYY`` and ``MMDD``: in the calendar, not to come, of somebody who can be alive.

    The archive import takes any past date: its people may be long dead.
    """
    try:
        birth = date(int(year), int(month_day[:2]), int(month_day[2:]))
    except ValueError as fault:
        raise refused("date", why="not in the calendar") from fault
    if birth > now.today:
        raise refused("date", why="in the future")
    if not now.archive and age.on(birth, now.today) > OLDEST:
        raise refused("date", why=f"older than {OLDEST} years")
    return birth
