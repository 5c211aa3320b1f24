"""The load: 16 people on keep-alive connections, each starting anew when it has its answer.

The generator shares the machine's cores with the servers. It therefore bounds the rates that can be seen;
processor time per operation is read from the servers' own processes and is not touched by it.
"""

import multiprocessing
import selectors
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import TypeAlias

from tests.bench import meter, operations
from tests.bench.user import Flow, Target, User, Wrong
from tests.wire import Connection, encode

CONNECTIONS = 16
_PROCESSES = 2
Durations: TypeAlias = "array[float]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a generator process is asked to do: an operation, for so long or so often."""

    operation: str
    seconds: float = 0.0
    flows: int = 0
    prepare: bool = False


class _Line:
    """One person's connection and the flow that runs on it."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.connection = Connection(user.target.address)
        self.flow: Flow | None = None
        self.began = 0.0

    def start(self, run: Callable[[User], Flow]) -> None:
        self.flow = run(self.user)
        self.began = time.perf_counter()
        self.connection.send(encode(next(self.flow)))

    def advance(self, reconnected: Callable[["_Line"], None]) -> bool:
        """Take what arrived and send what follows; whether the flow is done."""
        answer = self.connection.receive()
        if answer is None or self.flow is None:
            return False
        if answer.header("connection").lower() == "close":
            self.connection.close()
            self.connection = Connection(self.user.target.address)
            reconnected(self)
        try:
            self.connection.send(encode(self.flow.send(answer)))
        except StopIteration:
            return True
        return False


def drive(users: list[User], run: Callable[[User], Flow], *, seconds: float = 0, flows: int = 0) -> Durations:
    """Repeat an operation on all users' connections; the duration of each flow in seconds."""
    durations: Durations = array("d")
    until = time.perf_counter() + seconds
    left = flows or None
    with selectors.DefaultSelector() as selector:

        def listen(line: _Line) -> None:
            selector.register(line.connection, selectors.EVENT_READ, line)

        def start(line: _Line) -> bool:
            nonlocal left
            if (left is None and time.perf_counter() >= until) or left == 0:
                return False
            left = None if left is None else left - 1
            line.start(run)
            return True

        running = 0
        for user in users:
            line = _Line(user)
            listen(line)
            running += start(line)
        while running:
            for key, _ in selector.select(30) or _silence():
                line = key.data
                if line.advance(listen):
                    durations.append(time.perf_counter() - line.began)
                    running -= not start(line)
        for key in list(selector.get_map().values()):
            key.data.connection.close()
    return durations


def _silence() -> list[tuple[selectors.SelectorKey, int]]:
    raise Wrong("no answer for 30 seconds")


def once(users: list[User], *runs: Callable[[User], Flow]) -> None:
    """Let each user do each operation once, one user after the other."""
    for user in users:
        for run in runs:
            drive([user], run, flows=1)


def _work(target: Target, share: slice, pipe: Pipe) -> None:
    """A generator process: takes orders until the pipe closes."""
    users = [User(target=target, fill=fill) for fill in target.accounts[share]]
    known = {operation.name: operation for operation in operations.OPERATIONS}
    try:
        once(users, operations.discovery, operations.jwks, operations.login, operations.reentry)
        pipe.send(array("d"))
        while True:
            order: Order = pipe.recv()
            operation = known[order.operation]
            if order.prepare and operation.before:
                once(users, operation.before)
            pipe.send(drive(users, operation.run, seconds=order.seconds, flows=order.flows))
    except EOFError:
        return
    except Exception as error:  # noqa: BLE001  (the parent reports what went wrong here)
        pipe.send(f"{type(error).__name__}: {error}")


class Generator:
    """The generator processes for one target; the constructor returns when every person is logged in."""

    def __init__(self, target: Target) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Pipe] = []
        self._processes = []
        for number in range(_PROCESSES):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(target, slice(number, None, _PROCESSES), theirs))
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        self._answers()

    def _answers(self) -> Durations:
        durations: Durations = array("d")
        for pipe in self._pipes:
            answer = pipe.recv()
            if isinstance(answer, str):
                raise Wrong(answer)
            durations.extend(answer)
        return durations

    def run(self, order: Order) -> Durations:
        """Carry out an order in every process; the durations of all flows."""
        share = Order(
            operation=order.operation,
            seconds=order.seconds,
            flows=order.flows // _PROCESSES,
            prepare=order.prepare,
        )
        for pipe in self._pipes:
            pipe.send(share)
        return self._answers()

    def cpu(self) -> float:
        """Seconds of processor time the generator itself has used."""
        processes = meter.table()
        return sum(processes[process.pid].cpu for process in self._processes if process.pid in processes)

    def close(self) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.close()
            process.join(10)
