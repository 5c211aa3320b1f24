from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.keyring.service import resealing
from tests import keys


@pytest.fixture
def keys_folder(stores: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keys of the server alone for one test; its pages are so small that every walk has many."""
    monkeypatch.setattr(resealing, "_PAGE", 2)
    with keys.of_server(tmp_path / "keys") as made:
        yield made
