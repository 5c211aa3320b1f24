"""Fuzz for long, led by coverage: ``python -m tests.fuzz [--minutes N] [target ...]`` (extra ``fuzz``).

Each target runs in a process of its own, one after the other. What is found is written to
``tests/fuzz/crashes/<target>``, to be mended and kept; inputs that reached new code go to ``var/fuzz``.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "var" / "fuzz"


def main() -> int:
    """Run every target for its share of the time; how many had findings."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the readers for long.")
    parser.add_argument("--minutes", type=float, default=60, help="for all targets together")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*", metavar="target")
    asked = parser.parse_args()
    if asked.one:
        return _one(asked.targets[0], int(asked.minutes * 60))
    from tests.fuzz.targets import TARGETS

    names = [name for name in TARGETS if name in asked.targets or not asked.targets]
    seconds = max(1, int(asked.minutes * 60 / max(1, len(names))))
    broken = []
    for position, name in enumerate(names, start=1):
        print(f"[{position}/{len(names)}] {name}: {seconds} s", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", "--one", "--minutes", str(seconds / 60), name]
        if subprocess.run(command, stderr=subprocess.STDOUT).returncode:
            broken.append(name)
    print(f"{len(names)} targets, findings in: {', '.join(broken) or 'none'}")
    return len(broken)


def _one(name: str, seconds: int) -> int:
    """Fuzz one target here; our modules are loaded only now, for they must be instrumented."""
    import atheris

    with atheris.instrument_imports(include=["idp", "clients"]):
        from tests.fuzz.house import furnish
        from tests.fuzz.targets import TARGETS

    furnish(Path(tempfile.mkdtemp()))
    corpus, crashes = CORPUS / name, HERE / "crashes" / name
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-max_len=2048", "-verbosity=0", f"-artifact_prefix={crashes}/"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[name].run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
