"""A spool and a chain head of its own for each test."""

from pathlib import Path

import pytest

from idp import settings
from idp.audit import spool


@pytest.fixture
def var_dir(stores: None, test_settings: settings.Settings, tmp_path: Path) -> Path:
    """An empty folder for the spool and the chain head, the stores empty too."""
    settings.use(test_settings.model_copy(update={"var_dir": tmp_path}))
    spool.close()
    return tmp_path
