"""Programs for node that tests run, with npm's packages as a lock file names them, outside the repository."""

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

_ROOT = Path(__file__).parents[1] / "var" / "node"


def missing() -> str:
    """Why programs for node cannot run here, or nothing."""
    absent = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    return f"{' and '.join(absent)} not installed" if absent else ""


def install(source: Path, *others: Path) -> Path:
    """Put a folder's programs, and others, beside the packages its lock file names; the folder to run in."""
    folder = _ROOT / str(json.loads((source / "package.json").read_text())["name"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for program in (*source.glob("*.js"), *others, source / "package.json"):
            shutil.copy(program, folder)
        wanted, present = source / "package-lock.json", folder / "package-lock.json"
        if not present.exists() or present.read_bytes() != wanted.read_bytes():
            present.unlink(missing_ok=True)
            _clean_install(folder, wanted)
    return folder


def _clean_install(folder: Path, lock: Path) -> None:
    """Install exactly what is locked; the lock file comes last, as the mark that the rest is there."""
    present = folder / "package-lock.json"
    shutil.copy(lock, present)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        present.unlink()
        raise RuntimeError(f"npm ci failed: {done.stderr}")
