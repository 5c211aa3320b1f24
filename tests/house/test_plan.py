"""The plan of the house: packages say what they own, registers are complete, names say what lies inside."""

import ast
import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

from idp.authenticators import AUTHENTICATORS
from idp.keyring.suites import SUITES
from idp.login.steps import STEPS
from idp.notify.gateways import GATEWAYS
from idp.oidc.client_auth import REGISTER as CLIENT_AUTH
from idp.oidc.grants import REGISTER as GRANTS
from idp.oidc.response_modes import REGISTER as RESPONSE_MODES
from idp.persons.documents import DOCUMENTS
from tests.house.checkout import ROOT, texts, tracked

PACKAGES = sorted(
    path.parent.relative_to(ROOT)
    for place in ("idp", "clients")
    for path in (ROOT / place).rglob("__init__.py")
    if len(path.relative_to(ROOT).parts) <= 3 or "samples" in path.parts
)

#: Register → what it lists, and the files beside it that are of no kind: the floor plan, or shared by all.
REGISTERS: dict[str, tuple[Iterable[object], set[str]]] = {
    "idp.authenticators": (AUTHENTICATORS, {"models", "queries", "service", "stored"}),
    "idp.keyring.suites": (SUITES, set()),
    "idp.login.steps": (STEPS, set()),
    "idp.notify.gateways": (GATEWAYS, set()),
    "idp.oidc.client_auth": ([proves for _, proves in CLIENT_AUTH.values()], set()),
    "idp.oidc.grants": (GRANTS, {"granted", "polled", "tokens_for"}),
    "idp.oidc.response_modes": (RESPONSE_MODES.values(), {"jarm"}),
    "idp.persons.documents": ([document.read for document in DOCUMENTS], {"birth", "checksum", "id_number"}),
}

HOMELESS = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}


def test_only_the_fixture_knows_which_database_a_run_asks_for() -> None:
    """Who reads the option by itself would be left out on PostgreSQL, unseen."""
    named = ("getoption", "--database")
    readers = [str(path) for path, text in texts(".py").items() if all(name in text for name in named)]
    assert sorted(readers) == ["tests/conftest.py", "tests/house/test_plan.py"]


def module_of(item: object) -> str:
    return item.__name__ if isinstance(item, ModuleType) else str(item.__module__)


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_a_package_says_what_it_owns_and_what_is_not_here(package: Path) -> None:
    text = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))) or ""
    assert "Owns:" in text
    assert "Not here:" in text


@pytest.mark.parametrize("register", REGISTERS)
def test_what_lies_in_a_registers_folder_is_listed(register: str) -> None:
    listed, beside = REGISTERS[register]
    folder = importlib.import_module(register).__path__
    files = {module.name for module in pkgutil.iter_modules(folder)}
    assert beside <= files
    assert {module_of(item).removeprefix(f"{register}.") for item in listed} == files - beside


@pytest.mark.parametrize(("register", "names"), [(CLIENT_AUTH, "claims"), (RESPONSE_MODES, "")])
def test_a_register_by_name_lists_each_file_under_its_own(register: dict[str, object], names: str) -> None:
    for name, item in register.items():
        assert module_of(item[0] if isinstance(item, tuple) else item).endswith(f".{name}")


def test_no_module_has_a_name_that_fits_anything() -> None:
    parts = {part.removesuffix(".py") for path in tracked() if path.suffix == ".py" for part in path.parts}
    assert parts & HOMELESS == set()


def test_only_services_write() -> None:
    """``transaction`` opens the writing engine; nobody but a service may ask for it (decision 0008)."""
    users = {path for path, tree in _trees() if "transaction" in _names_from(tree, "idp.store.db")}
    assert users
    assert {
        path for path in users if "service" not in path.as_posix().removesuffix(".py").split("/")
    } == set()


def test_only_migrations_take_the_writing_engine_itself() -> None:
    users = {
        path
        for path, text in texts(".py").items()
        if path.parts[0] in ("idp", "clients") and ("writing_engine" in text or "db.writing()" in text)
    }
    assert users == {Path("idp/store/db.py"), Path("idp/migration.py")}


def _trees() -> Iterable[tuple[Path, ast.Module]]:
    for path, text in texts(".py").items():
        if path.parts[0] in ("idp", "clients"):
            yield path, ast.parse(text)


def _names_from(tree: ast.Module, module: str) -> set[str]:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module]
    return {alias.name for node in imports for alias in node.names}
