"""Counting in a minute: each name for itself, and anew in the next."""

import pytest

from idp.store import rate
from tests.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("stores")


def test_each_is_counted_for_itself_and_anew_in_the_next_minute(time_travel: MovableClock) -> None:
    time_travel.advance(rate.rest())
    assert [rate.count("register", "a") for _ in range(3)] == [1, 2, 3]
    assert rate.count("register", "b") == 1
    assert rate.count("other", "a") == 1
    assert 0 < rate.rest() <= 60
    time_travel.advance(60)
    assert rate.count("register", "a") == 1
