"""A portal's program in another language, told and answering in lines of JSON."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests import node
from tests.interop.portal import Portal


class Program:
    """A running program that is told and answers one line of JSON at a time."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdin=pipe, stdout=pipe, stderr=pipe
        )

    def begin(self, portal: Portal, **values: object) -> dict[str, Any]:
        """Tell the program what its developer was told; its answer."""
        return self.tell(
            **{name: value for name, value in asdict(portal).items() if name != "visitor"}, **values
        )

    def tell(self, **values: object) -> dict[str, Any]:
        """Say something to the program; its answer."""
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        self.process.stdin.write(json.dumps(values).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read().decode()
        return dict(json.loads(line))


@contextmanager
def running(command: Sequence[str], folder: Path, **environment: str) -> Iterator[Program]:
    """A program, as long as the block lasts."""
    program = Program(command, folder, environment)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.communicate()


@contextmanager
def in_node(name: str, authority: str = "") -> Iterator[Program]:
    """A program of the folder ``node``, with the packages its lock file names."""
    trust = {"NODE_EXTRA_CA_CERTS": authority} if authority else {}
    with running(["node", name], node.install(Path(__file__).parent / "node"), **trust) as program:
        yield program
