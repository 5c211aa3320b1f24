"""What processes have used, from /proc: processor time and memory of a server, its workers and its stores."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
#: They rest when in so many seconds they use less than this share of a core.
_REST, _RESTING = 1.0, 0.03
_STORES = frozenset({"postgres", "valkey-server", "redis-server"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One line of the process table."""

    pid: int
    parent: int
    name: str
    cpu: float
    """Seconds of processor time, with those of ended children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Seconds of processor time so far and MiB of memory now."""

    server: float
    stores: float
    memory: float
    stores_memory: float
    processes: int


def table() -> dict[int, Process]:
    """All processes of the machine by their number (proc(5), /proc/pid/stat)."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name = text[text.index("(") + 1 : text.rindex(")")]
        fields = text[text.rindex(")") + 2 :].split()
        cpu = sum(int(value) for value in fields[11:15]) / _TICKS
        found[int(entry.name)] = Process(pid=int(entry.name), parent=int(fields[1]), name=name, cpu=cpu)
    return found


def family(roots: set[int], processes: dict[int, Process]) -> list[Process]:
    """The named processes and everything they started."""
    members = set(roots)
    while True:
        more = {process.pid for process in processes.values() if process.parent in members} - members
        if not more:
            return [processes[pid] for pid in members if pid in processes]
        members |= more


def use(server: int, stores: frozenset[int]) -> Use:
    """What a server and its stores have used; a store that the server started itself counts as a store."""
    members = family({server, *stores}, table())
    own = [process for process in members if process.name not in _STORES]
    kept = [process for process in members if process.name in _STORES]
    return Use(
        server=sum(process.cpu for process in own),
        stores=sum(process.cpu for process in kept),
        memory=sum(memory(process.pid) for process in own),
        stores_memory=sum(memory(process.pid) for process in kept),
        processes=len(own),
    )


def settled(server: int, stores: frozenset[int], seconds: float = 120) -> Use:
    """What they have used once they rest, so that work put off until after the answers is counted too."""
    deadline = time.monotonic() + seconds
    seen = use(server, stores)
    while time.monotonic() < deadline:
        time.sleep(_REST)
        before, seen = seen, use(server, stores)
        if seen.server + seen.stores - before.server - before.stores < _RESTING * _REST:
            break
    return seen


def children(parent: int, name: str) -> frozenset[int]:
    """The processes of a name that another one started."""
    return frozenset(p.pid for p in table().values() if p.parent == parent and p.name == name)


def memory(pid: int) -> float:
    """A process's proportional share of memory (Pss) in MiB: what is shared counts once."""
    try:
        lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
