"""The web processes: forked from one parent, started again when they die, exchanged on SIGHUP.

Each has a listening socket of its own, over which the kernel spreads connections. The parent keeps them open:
what waits in one outlives its process, so neither a reload nor a crash loses a connection that waits.
"""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from typing import Any

from idp import metrics
from idp.gate import Gate
from idp.server.loop import Loop
from idp.settings import Settings
from idp.store import db

log = logging.getLogger("idp.server")

_BACKLOG = 2048
_GRACE = 25
_READY_SECONDS = 10
#: A process that lived shorter than this is not started again at once.
_SOUND = 2.0
_PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)
_fork = multiprocessing.get_context("fork")

_listeners: list[socket.socket] = []


def run(gate: Gate, conf: Settings) -> int:
    """Serve until told to stop; the exit status."""
    # Ours has read what it needs; nothing that is started from here on needs to see it.
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        del os.environ[name]
    address, _, port = conf.listen.rpartition(":")
    _listeners.extend(_listen(address.strip("[]"), int(port), conf.processes))
    return Parent(gate, conf.threads, _listeners).run()


def forget_listeners() -> None:
    """For a child that serves no web: it must not keep the parent's sockets open."""
    for listener in _listeners:
        listener.close()
    _listeners.clear()


def _listen(address: str, port: int, count: int) -> list[socket.socket]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Sockets that share a port would share it with another server of this user, too.
    with socket.create_server((address, port), family=family) as first:
        port = first.getsockname()[1]
        if sys.platform != "linux":
            first.listen(_BACKLOG)
            return [first.dup() for _ in range(count)]
    return [
        socket.create_server((address, port), family=family, backlog=_BACKLOG, reuse_port=True)
        for _ in range(count)
    ]


class Web:
    """One web process."""

    def __init__(self, gate: Gate, threads: int, listener: socket.socket) -> None:
        self._ready, told = _fork.Pipe(duplex=False)
        self.process = _fork.Process(target=_serve, args=(gate, threads, listener, told), name="web")
        self.began = time.monotonic()
        self.process.start()
        told.close()

    @property
    def is_ready(self) -> bool:
        """Whether it serves, within some patience."""
        return self._ready.poll(_READY_SECONDS)

    def terminate(self) -> None:
        """Let it end what it has begun."""
        self.process.terminate()


class Parent:
    """The process that keeps the others."""

    def __init__(self, gate: Gate, threads: int, listeners: Sequence[socket.socket]) -> None:
        self.gate = gate
        self.threads = threads
        self.listeners = listeners
        self.webs: list[Web] = []
        self.leaving: list[Web] = []
        self._due: dict[int, float] = {}
        self._failures = [0] * len(listeners)
        self._stop = self._reload = False
        self._waker, self._wakened = socket.socketpair()

    def run(self) -> int:
        """Keep them until told to stop; the exit status."""
        for line in (self._waker, self._wakened):
            line.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note_stop)
        signal.signal(signal.SIGHUP, self._note_reload)
        self.webs = [self._start(slot) for slot in range(len(self.listeners))]
        while not self._stop:
            self._wait()
            if self._reload:
                self._exchange()
            self._replace_dead()
        return self._end()

    def _note_stop(self, *_: Any) -> None:
        self._stop = True

    def _note_reload(self, *_: Any) -> None:
        self._reload = True

    def _wait(self) -> None:
        sentinels = [web.process.sentinel for web in self.webs if web.process.is_alive()]
        wait([self._wakened, *sentinels], timeout=1.0 if not self._due else 0.1)
        with suppress(BlockingIOError):
            self._wakened.recv(4096)

    def _start(self, slot: int) -> Web:
        return Web(self.gate, self.threads, self.listeners[slot])

    def _exchange(self) -> None:
        """New processes beside the old ones, one after the other; the old ones then end what they began."""
        self._reload = False
        for slot, old in enumerate(self.webs):
            new = self._start(slot)
            if not new.is_ready:
                log.error("a new web process does not come up; the old one stays")
                new.process.kill()
                self.leaving.append(new)
                continue
            self.webs[slot] = new
            self._due.pop(slot, None)
            old.terminate()
            self.leaving.append(old)
            if self._stop:
                return

    def _replace_dead(self) -> None:
        now = time.monotonic()
        for slot, web in enumerate(self.webs):
            if web.process.is_alive():
                continue
            if slot not in self._due:
                status = web.process.exitcode
                metrics.process_ended(web.process.pid or 0)
                self._failures[slot] = 0 if now - web.began > _SOUND else self._failures[slot] + 1
                pause = _PAUSES[min(self._failures[slot], len(_PAUSES) - 1)]
                log.error("a web process ended with status %s and is started again in %s s", status, pause)
                self._due[slot] = now + pause
            if self._due[slot] <= now:
                del self._due[slot]
                self.webs[slot] = self._start(slot)
        for web in [one for one in self.leaving if not one.process.is_alive()]:
            metrics.process_ended(web.process.pid or 0)
            self.leaving.remove(web)

    def _end(self) -> int:
        # Ours first: a process that closes its socket must be the last one to hold it.
        forget_listeners()
        everybody = [*self.webs, *self.leaving]
        for web in everybody:
            web.terminate()
        deadline = time.monotonic() + _GRACE
        for web in everybody:
            web.process.join(max(0.0, deadline - time.monotonic()))
            if web.process.is_alive():
                web.process.kill()
                web.process.join()
        return 0


def _serve(gate: Gate, threads: int, listener: socket.socket, told: Pipe) -> None:
    """One web process, from its fork to its end."""
    for other in _listeners:
        if other is not listener:
            other.close()
    db.forked()
    # What a request makes is gone after it: young objects are looked at less often.
    gc.set_threshold(20_000, 20, 100)
    loop = Loop(gate, listener, threads)
    signal.set_wakeup_fd(loop.waker, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, loop.stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop.end_with(parent.sentinel)
    told.send(True)
    loop.run()
