"""``make bench``: measure each operation at this server and at the peer, in turn, in one run."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import node, postgres
from tests.bench import load, meter, ours, peer, report
from tests.bench.load import Generator, Order
from tests.bench.operations import OPERATIONS
from tests.bench.peer import Running

_RESULTS = Path("var/bench")


def main() -> None:
    """Run what was asked for."""
    asked = _arguments()
    machine = report.machine()
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="idp-bench-") as folder, ExitStack() as running:
        servers = _servers(running, Path(folder), asked, notes)
        if asked.soak:
            notes += [_soak(server, generator, asked.soak) for server, generator in servers]
            results = []
        else:
            results = list(_measurements(servers, asked))
            print("\n" + report.table(results))
    print("\n".join(notes))
    print(report.save(_RESULTS, machine, results, notes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=12, help="length of each measurement, all rounds")
    parser.add_argument("--rounds", type=int, default=3, help="each server's turns at one operation")
    parser.add_argument("--warm-up", type=float, default=4, help="load before the first round, not counted")
    parser.add_argument(
        "--processes", type=int, nargs="*", default=[2, 4], help="worker processes of this server"
    )
    parser.add_argument(
        "--crowd",
        type=int,
        default=10_000,
        metavar="PORTALS",
        help="beside the first of them, one with so many more portals registered (0: none)",
    )
    parser.add_argument("--only", nargs="*", default=[op.name for op in OPERATIONS], metavar="OPERATION")
    parser.add_argument("--no-peer", action="store_true", help="leave node oidc-provider out")
    parser.add_argument(
        "--soak", type=int, metavar="FLOWS", help="only re-entry, so often; memory before and after"
    )
    return parser.parse_args()


def _servers(
    running: ExitStack, folder: Path, asked: argparse.Namespace, notes: list[str]
) -> list[tuple[Running, Generator]]:
    """Start every server that takes part, each with its own stores and its people logged in."""
    started = []
    if asked.processes:
        database = running.enter_context(postgres.server(durable=True))
    for processes in asked.processes:
        crowded = asked.crowd and processes == asked.processes[0]
        for others in (0, asked.crowd) if crowded else (0,):
            own = folder / f"ours-{processes}-{others}"
            one = ours.running(own, database=database, processes=processes, others=others)
            started.append(running.enter_context(one))
    if asked.no_peer:
        notes.append("The peer was left out.")
    elif absent := node.missing():
        notes.append(f"The peer was not measured: {absent}.")
    else:
        started.append(running.enter_context(peer.running(folder / "peer")))
    return [(server, running.enter_context(_generator(server))) for server in started]


@contextmanager
def _generator(server: Running) -> Iterator[Generator]:
    generator = Generator(server.target)
    try:
        yield generator
    finally:
        generator.close()


def _measurements(
    servers: Sequence[tuple[Running, Generator]], asked: argparse.Namespace
) -> Iterator[report.Measured]:
    """Each operation at each server in turn, round by round: the rest of the machine meets all alike."""
    for operation in OPERATIONS:
        if operation.name not in asked.only:
            continue
        for _, generator in servers:
            generator.run(Order(operation=operation.name, seconds=asked.warm_up, prepare=True))
        order = Order(operation=operation.name, seconds=asked.seconds / asked.rounds)
        turns = [
            [_turn(server, generator, order) for server, generator in servers] for _ in range(asked.rounds)
        ]
        for (server, _), seen in zip(servers, zip(*turns, strict=True), strict=True):
            result = report.measured(operation.title, server.target.name, seen)
            print(result.row(), file=sys.stderr, flush=True)
            yield result


def _turn(server: Running, generator: Generator, order: Order) -> report.Turn:
    """One server's turn at an operation; its work that was put off is waited for."""
    spent = generator.cpu()
    before, began = meter.settled(server.server, server.stores), time.perf_counter()
    durations = generator.run(order)
    seconds = time.perf_counter() - began
    after = meter.settled(server.server, server.stores)
    return report.Turn(
        durations=durations, seconds=seconds, before=before, after=after, generator=generator.cpu() - spent
    )


def _soak(server: Running, generator: Generator, flows: int) -> str:
    """Memory of a server and its stores before and after very many flows."""
    generator.run(Order(operation="reentry", flows=max(flows // 50, load.CONNECTIONS)))
    before, began = meter.settled(server.server, server.stores), time.perf_counter()
    done = len(generator.run(Order(operation="reentry", flows=flows)))
    seconds = time.perf_counter() - began
    after = meter.settled(server.server, server.stores)
    return (
        f"{server.target.name}: {done:,} flows in {seconds:.0f} s; memory of {after.processes} processes "
        f"{before.memory:.0f} MiB before, {after.memory:.0f} MiB after; "
        f"of the stores {before.stores_memory:.0f} MiB before, {after.stores_memory:.0f} MiB after"
    )


if __name__ == "__main__":
    main()
