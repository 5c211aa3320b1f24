"""One fixed day: which births are to come, and who is too old, must not depend on when tests run."""

from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture(autouse=True)
def fixed_day() -> Iterator[None]:
    with time_machine.travel("2026-11-22T04:00:00+00:00", tick=False):
        yield
