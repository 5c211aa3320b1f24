"""Break the server in one place at a time and see that the tests of that requirement notice.

    python -m tests.mutations [rfc8707 ...]

Each mutation of ``tests/spec/*/requirements.yaml`` is applied to a copy of the checkout. One that no test
notices is named, and the command ends with 1.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests import specmap
from tests.specmap import ROOT, Requirement, Standard

_AT_ONCE = 2
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", ".*_cache", "__pycache__", "node_modules", "build")

Case = tuple[Standard, Requirement]


def cases(folders: list[str]) -> Iterator[Case]:
    """Every mutation, or those of some standards."""
    for standard in specmap.standards():
        if not folders or standard.folder in folders:
            yield from ((standard, one) for one in standard.requirements if one.mutation)


def noticed(copy: Path, case: Case) -> str:
    """What became of one mutation in this copy: ``noticed``, ``survived`` or ``not found``."""
    standard, requirement = case
    mutation = requirement.mutation or {}
    file = copy / mutation["file"]
    whole = file.read_text(encoding="utf-8")
    if whole.count(mutation["old"]) != 1:
        return "not found"
    tests = [specmap.full_name(standard, test) for test in requirement.tests]
    file.write_text(whole.replace(mutation["old"], mutation["new"]), encoding="utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        ran = subprocess.run([*command, *(f"tests/{test}" for test in tests)], cwd=copy, capture_output=True)
    finally:
        file.write_text(whole, encoding="utf-8")
    return "noticed" if ran.returncode == 1 else "survived"


def main(folders: list[str]) -> int:
    """Try every mutation, two at a time; how many nobody noticed."""
    copies: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        for number in range(_AT_ONCE):
            copies.put(Path(shutil.copytree(ROOT, Path(folder) / str(number), ignore=_LEFT_OUT)))

        def attempt(case: Case) -> str:
            copy = copies.get()
            try:
                return noticed(copy, case)
            finally:
                copies.put(copy)

        listed = list(cases(folders))
        missed = 0
        for done, (case, outcome) in enumerate(zip(listed, pool.map(attempt, listed), strict=True), start=1):
            standard, requirement = case
            missed += outcome != "noticed"
            print(
                f"{done}/{len(listed)} {outcome}: {standard.folder} §{requirement.section} {requirement.must}"
            )
    print(f"{len(listed)} mutations, {missed} not noticed")
    return missed


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
