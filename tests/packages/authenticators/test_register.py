"""The register of authenticators is complete and each is what the register promises."""

from pathlib import Path

import pytest

from idp import authenticators
from idp.authenticators import AUTHENTICATORS, Authenticator
from idp.base.levels import FACTORS

FOLDER = Path(authenticators.__file__).parent


def test_every_method_in_the_folder_is_listed() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders == {str(getattr(one, "__name__", "")).rpartition(".")[2] for one in AUTHENTICATORS}


def test_no_two_methods_share_a_name() -> None:
    assert len({one.METHOD for one in AUTHENTICATORS}) == len(AUTHENTICATORS)


@pytest.mark.parametrize("method", AUTHENTICATORS, ids=lambda one: one.METHOD)
def test_every_method_counts_for_an_assurance_level(method: Authenticator) -> None:
    assert method.METHOD in FACTORS
