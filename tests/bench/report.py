"""What was measured, as a table to read and as JSON to compare with."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.load import Durations
from tests.bench.meter import Use

_HEAD = (
    "| operation | server | per s | p50 ms | p99 ms | CPU-ms, server | stores | **together** | load | MiB |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One operation at one server; processor time is per operation."""

    operation: str
    server: str
    flows: int
    rate: float
    p50: float
    p99: float
    server_cpu: float
    stores_cpu: float
    memory: float
    processes: int
    generator_cpu: float

    def row(self) -> str:
        """A line of the table."""
        together = self.server_cpu + self.stores_cpu
        return (
            f"| {self.operation} | {self.server} | {self.rate:,.0f} | {self.p50:.1f} | {self.p99:.1f} "
            f"| {self.server_cpu:.3f} | {self.stores_cpu:.3f} | **{together:.3f}** "
            f"| {self.generator_cpu:.3f} | {self.memory:.0f} |"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the generator and the meter saw of one round at one server."""

    durations: Durations
    seconds: float
    before: Use
    after: Use
    generator: float
    """Seconds of processor time the generator itself used."""


def measured(operation: str, server: str, turns: Sequence[Turn]) -> Measured:
    """Put the rounds of one operation at one server together."""
    ordered = sorted(duration for turn in turns for duration in turn.durations)
    flows, last = len(ordered), turns[-1].after
    return Measured(
        operation=operation,
        server=server,
        flows=flows,
        rate=flows / sum(turn.seconds for turn in turns),
        p50=1000 * ordered[flows // 2],
        p99=1000 * ordered[flows * 99 // 100],
        server_cpu=1000 * sum(turn.after.server - turn.before.server for turn in turns) / flows,
        stores_cpu=1000 * sum(turn.after.stores - turn.before.stores for turn in turns) / flows,
        memory=last.memory,
        processes=last.processes,
        generator_cpu=1000 * sum(turn.generator for turn in turns) / flows,
    )


def table(results: Sequence[Measured]) -> str:
    """All results in Markdown, each operation's servers together."""
    return "\n".join([*_HEAD, *(result.row() for result in results)])


def machine() -> dict[str, object]:
    """Where and on what the numbers were made."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "revision": _said("git", "describe", "--always", "--dirty"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "node": _said("node", "--version"),
        "system": platform.platform(),
        "load_average_before": os.getloadavg(),
    }


def _said(*command: str) -> str:
    """What a program prints, or nothing where it is not installed."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def save(folder: Path, machine: dict[str, object], results: Sequence[Measured], notes: Sequence[str]) -> Path:
    """Keep a run as JSON; the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{str(machine['at']).replace(':', '')}.json"
    body = {"machine": machine, "notes": list(notes), "results": [asdict(result) for result in results]}
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n")
    return path
