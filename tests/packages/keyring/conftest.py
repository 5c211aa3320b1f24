from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import keys


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A key folder of a running server."""
    with keys.in_use(tmp_path / "keys") as made:
        yield made
