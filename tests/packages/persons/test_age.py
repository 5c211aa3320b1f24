"""Ages at the limits that laws draw."""

from datetime import date

import pytest

from idp.persons import age


@pytest.mark.parametrize("years", [14, 16, 18])
def test_a_year_is_complete_on_the_birthday(years: int) -> None:
    assert age.on(date(2008, 5, 1), date(2008 + years, 4, 30)) == years - 1
    assert age.on(date(2008, 5, 1), date(2008 + years, 5, 1)) == years


@pytest.mark.parametrize(
    ("day", "years"),
    [(date(2022, 2, 28), 13), (date(2022, 3, 1), 14), (date(2024, 2, 28), 15), (date(2024, 2, 29), 16)],
)
def test_who_was_born_on_29_february_completes_a_common_year_on_1_march(day: date, years: int) -> None:
    assert age.on(date(2008, 2, 29), day) == years
