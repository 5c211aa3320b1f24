"""The register: what is asked, how this server answers, and why the peer answers otherwise where it does."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("register.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question and both answers."""

    id: str
    asks: str
    source: str
    """The section that demands an answer."""
    check: str
    """The check that it validates: a test, by its path below ``tests/``."""
    probe: str
    """Its kind, a function of ``probes.py``."""
    changes: dict[str, Any]
    """What is changed in a correct request of this kind; ``None`` leaves a part out."""
    answer: str
    peer: str
    """The peer's answer."""
    right: str
    """Who keeps the standard where they differ: ``both``, ``this server`` or ``the peer``."""
    reason: str


def probes() -> tuple[Probe, ...]:
    """The whole register in its order."""
    return tuple(_probe(entry) for entry in yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def _probe(entry: dict[str, Any]) -> Probe:
    ((kind, changes),) = ((key, value) for key, value in entry.items() if key not in _KEYS)
    peer = entry.get("peer", {"answer": entry["answer"], "right": "", "reason": ""})
    return Probe(
        id=entry["id"],
        asks=entry["asks"],
        source=entry["source"],
        check=entry["check"],
        probe=kind,
        changes=changes or {},
        answer=entry["answer"],
        peer=peer["answer"],
        right=peer["right"],
        reason=peer["reason"],
    )


_KEYS = frozenset({"id", "asks", "source", "check", "answer", "peer"})
