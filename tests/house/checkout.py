"""What is under version control here; a test that asks is skipped where nothing is (an unpacked archive)."""

import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Tracked, or about to be.
_WHICH = ("--cached", "--others", "--exclude-standard")


@cache
def tracked() -> tuple[Path, ...]:
    """Every tracked file that is there, relative to the root."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", *_WHICH], check=True, capture_output=True
    ).stdout
    return tuple(Path(name) for name in listed.decode().split("\0") if name and (ROOT / name).is_file())


def texts(*suffixes: str) -> dict[Path, str]:
    """The tracked texts with one of these endings."""
    return {
        path: (ROOT / path).read_text("utf-8") for path in tracked() if path.name.endswith(suffixes or ("",))
    }
