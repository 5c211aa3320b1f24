"""Whole years of age, counted by the calendar."""

from datetime import date


def on(birth: date, day: date) -> int:
    """Years completed on ``day``; who was born on 29 February completes one on 1 March of a common year.

    Civil Code of the PRC, articles 200 to 204: years are counted by the Gregorian calendar, and where the
    month lacks the day a period runs to the month's last day in full.
    """
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
