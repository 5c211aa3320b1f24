"""The built wheel holds all that a server needs, and runs where there is no checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.checkout import ROOT, tracked

#: Packing and a first start take their time on a busy machine.
pytestmark = pytest.mark.timeout(600)

PACKED = ("idp", "clients", "migrations")
#: A distribution of its own (decision 0015), and what only people read.
LEFT_OUT = ("clients/kit/", ".md")


def wanted() -> set[str]:
    """Every file under version control that belongs into the wheel, by its place there."""
    names = {path.as_posix() for path in tracked() if path.parts[0] in PACKED}
    return {
        f"idp/{name}" if name.startswith("migrations/") else name
        for name in names
        if not name.startswith(LEFT_OUT) and not name.endswith(LEFT_OUT)
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what is under version control."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in tracked():
        (folder / "source" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / "source" / path)
    build = "from setuptools import build_meta; build_meta.build_wheel('../made')"
    done = subprocess.run(
        [sys.executable, "-c", build], cwd=folder / "source", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (made,) = (folder / "made").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked, as an installation would."""
    folder = tmp_path_factory.mktemp("site-packages")
    with ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def test_the_wheel_holds_every_file_of_the_server_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert names == wanted()


@pytest.mark.parametrize(
    "name",
    [
        "clients/samples/tax.py",
        "idp/migrations/env.py",
        "idp/migrations/versions/0001_the_first_tables.py",
        "idp/static",
        "idp/templates/pages/base.html",
        "idp/translations/en.po",
    ],
)
def test_the_wheel_holds_one_of_each_kind(wheel: Path, name: str) -> None:
    with ZipFile(wheel) as packed:
        assert any(packed_name.startswith(name) for packed_name in packed.namelist())


def test_an_installed_server_makes_its_own_database(installed: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    environment |= {"PYTHONPATH": str(installed), "IDP_ISSUER": "https://id.prov01.example"}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "idp.cli", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("db", "upgrade")
    assert "at the version this server needs" in run("db", "check")
    assert (tmp_path / "var" / "idp.sqlite3").exists()
    where = "import idp.migration; print(idp.migration.SCRIPTS)"
    done = subprocess.run(
        [sys.executable, "-c", where],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == installed / "idp" / "migrations"
