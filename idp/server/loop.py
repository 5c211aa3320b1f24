"""One web process: its connections, served in one thread; pages and SQL in others.

Machines are answered in the loop, people in threads: a login storm, with its password hashes, cannot starve
token traffic. A request is handed on whole or not at all, so that a slow sender occupies memory and no
thread.
"""

import logging
import resource
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

from idp.base.errors import Unavailable
from idp.gate import Gate
from idp.oidc.request import Answer, Environ
from idp.server import answer as wire
from idp.server.connection import Connection, State
from idp.server.head import Malformed
from idp.store.elsewhere import Outcome, Task, Work, outcome

log = logging.getLogger("idp.server")

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
#: How many connections are accepted before those that are open are looked at again.
_ACCEPTED_AT_ONCE = 16
#: File descriptors left to stores, logs and key files.
_OTHER_FILES = 128
_MOST_CONNECTIONS = 8192
#: Threads that wait for SQL and for portals' key hosts, on behalf of machines; started when they are needed.
_WAITERS = 24
#: So many requests may wait for them; more are told to come again.
_MOST_WAITING = 256
_DRAIN_SECONDS = 20
_DRAIN_UNHEARD_SECONDS = 2


@dataclass(eq=False, slots=True)
class _Wait:
    """A task that waits for work in a thread."""

    until: float
    then: Callable[[Outcome], None]


class Loop:
    """The event loop of one web process."""

    def __init__(self, gate: Gate, listener: socket.socket, threads: int) -> None:
        self.gate = gate
        self.listener = listener
        self.connections: set[Connection] = set()
        self._web = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._waiters = ThreadPoolExecutor(_WAITERS, thread_name_prefix="elsewhere")
        self._tasks: list[Task] = []
        """Those that answer nothing now; as long as nobody waits for SQL it is always the same one."""
        self._waits: set[_Wait] = set()
        self._begun = 0
        """How much work is under way for tasks, waited for or given up."""
        self._told = False
        self._selector = selectors.DefaultSelector()
        self._again: deque[Connection] = deque()
        self._finished: deque[tuple[Callable[[Outcome], None], Outcome]] = deque()
        self._waker, self._wakened = socket.socketpair()
        for line in (self._waker, self._wakened, listener):
            line.setblocking(False)
        self._ending = 0.0
        """Until when what was begun may take; 0 as long as new requests are accepted."""
        self._room = min(_MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _OTHER_FILES)

    def stop(self, *_: Any) -> None:
        """Accept no more requests, and return when those that were begun are answered; a signal's handler."""
        self._told = True

    def end_with(self, sentinel: int) -> None:
        """Stop, too, when this descriptor can be read."""
        self._selector.register(sentinel, READ, self.stop)

    def run(self) -> None:
        """Serve until told to stop."""
        self._selector.register(self._wakened, READ, self._collect)
        self._selector.register(self.listener, READ, self._accept)
        looked = time.monotonic()
        while not self._ending or self.connections:
            ready = self._selector.select(0 if self._again else 1.0)
            now = time.monotonic()
            for key, _ in ready:
                if isinstance(key.data, Connection):
                    self._serve(key.data, now)
                else:
                    key.data(now)
            for _ in range(len(self._again)):
                self._advance(self._again.popleft(), now)
            if now - looked >= 1.0:
                looked = now
                self._look_at_deadlines(now)
                self._give_up(now)
            if self._told and not self._ending:
                self._stop_accepting(now)
        self._web.shutdown(wait=False, cancel_futures=True)
        self._waiters.shutdown(wait=False, cancel_futures=True)
        for each in (self._selector, self._waker, self._wakened):
            each.close()

    def wake(self) -> None:
        """Let the loop look around; from any thread or a signal."""
        with suppress(OSError):  # it is awake already, or has ended
            self._waker.send(b"\0")

    @property
    def waker(self) -> int:
        """The descriptor a signal may wake the loop by."""
        return self._waker.fileno()

    def _accept(self, now: float) -> bool:
        """Take some of those who wait; whether there may be more."""
        for _ in range(_ACCEPTED_AT_ONCE):
            if len(self.connections) >= self._room:
                self._make_room()
            try:
                line, peer = self.listener.accept()
            except OSError:
                # Nobody there (any more), or no file descriptor left: the next turn sees.
                return False
            line.setblocking(False)
            if line.family != socket.AF_UNIX:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(line, str(peer[0]) if peer else "", now)
            self.connections.add(connection)
            self._listen(connection, READ)
        return True

    def _make_room(self) -> None:
        """Close those who have been silent for the longest."""
        silent = [one for one in self.connections if one.state not in (State.BUSY, State.SENDING)]
        for connection in sorted(silent, key=lambda one: one.deadline)[:64]:
            self._close(connection)

    def _serve(self, connection: Connection, now: float) -> None:
        if connection.state is State.SENDING:
            self._send_rest(connection, now)
        elif not connection.receive(now):
            self._close(connection)
        elif connection.state is not State.LINGERING:
            self._advance(connection, now)

    def _advance(self, connection: Connection, now: float) -> None:
        """Answer the next request, if it is whole."""
        if connection.state not in (State.IDLE, State.HEAD, State.BODY):
            return
        try:
            made = connection.request(now)
        except Malformed as error:
            self._refuse(connection, error.status, now)
            return
        except Exception as error:
            # A defect here must not end the process, and with it everybody's requests.
            if not isinstance(error, OSError):
                log.exception("a request could not be read")
            self._close(connection)
            return
        if made is not None:
            task = self._tasks.pop() if self._tasks else Task(self._ask)
            self._go_on(task, connection, made, made)

    def _go_on(self, task: Task, connection: Connection, made: Environ, given: Any) -> None:
        """Answer in the loop until the answer is there, or somebody must be waited for."""
        result = task.switch(given)
        if task.waits:
            self._listen(connection, 0)
            self._elsewhere(result, task.waits, partial(self._go_on, task, connection, made))
            return
        self._tasks.append(task)
        answer, _ = result
        if isinstance(answer, Context):
            self._listen(connection, 0)
            work = partial(answer.run, _call, self.gate.web, made)
            self._web.submit(self._work, work, partial(self._reply, connection, made))
        else:
            self._reply(connection, made, result)

    def _ask(self, made: Environ) -> Answer | Context:
        """The gate's answer, or in which context the web face is to be asked."""
        return self.gate.answer(made) or copy_context()

    def _elsewhere(self, work: Work, patience: float, then: Callable[[Outcome], None]) -> None:
        wait = _Wait(until=time.monotonic() + patience, then=then)
        self._waits.add(wait)
        if self._begun < _MOST_WAITING:
            self._begun += 1
            self._waiters.submit(self._work, work, partial(self._waited, wait))
        else:
            wait.until = 0.0

    def _waited(self, wait: _Wait, done: Outcome) -> None:
        self._begun -= 1
        if wait in self._waits:
            self._waits.remove(wait)
            wait.then(done)

    def _give_up(self, now: float) -> None:
        """Tell those that waited too long that whoever they wait for is away."""
        for wait in [one for one in self._waits if one.until < now]:
            self._waits.remove(wait)
            wait.then((None, Unavailable("a store or a portal's host")))

    def _work(self, work: Work, then: Callable[[Outcome], None]) -> None:
        """In a thread: do some work, and let the loop go on with what comes of it."""
        self._finished.append((then, outcome(work)))
        self.wake()

    def _collect(self, now: float) -> None:
        with suppress(BlockingIOError):
            self._wakened.recv(4096)
        while self._finished:
            then, done = self._finished.popleft()
            then(done)

    def _reply(self, connection: Connection, made: Environ, done: Outcome) -> None:
        now = time.monotonic()
        answer, error = done
        if error is not None:
            log.error("a request failed", exc_info=error)
            answer = Answer(500, ())
        connection.close = connection.close or bool(self._ending)
        try:
            data = wire.encode(answer, head=made["REQUEST_METHOD"] == "HEAD", close=connection.close)
        except ValueError:
            log.exception("an answer cannot be sent")
            data = wire.encode(Answer(500, ()), head=False, close=connection.close)
        try:
            left = connection.send(data, now)
        except OSError:
            self._close(connection)
            return
        self._listen(connection, READ if left else WRITE)
        if left:
            self._after(connection, now)

    def _listen(self, connection: Connection, events: int) -> None:
        if connection.events == events:
            return
        if not connection.events:
            self._selector.register(connection.socket, events, connection)
        elif not events:
            self._selector.unregister(connection.socket)
        else:
            self._selector.modify(connection.socket, events, connection)
        connection.events = events

    def _send_rest(self, connection: Connection, now: float) -> None:
        try:
            left = connection.send_rest(now)
        except BlockingIOError:
            return
        except OSError:
            self._close(connection)
            return
        if left:
            self._listen(connection, READ)
            self._after(connection, now)

    def _after(self, connection: Connection, now: float) -> None:
        """An answer has left: end the connection, or go on with what has arrived meanwhile."""
        if connection.close and not connection.linger(now):
            self._close(connection)
        elif connection.has_more:
            self._again.append(connection)

    def _refuse(self, connection: Connection, status: int, now: float) -> None:
        if not connection.refuse(status, now):
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._listen(connection, 0)
        connection.socket.close()

    def _look_at_deadlines(self, now: float) -> None:
        for connection in [one for one in self.connections if one.deadline < now]:
            if connection.state is State.BODY or (connection.state is State.HEAD and connection.has_more):
                self._refuse(connection, 408, now)
            elif connection.state is not State.BUSY:
                self._close(connection)
        if self._ending and now > self._ending:
            for connection in list(self.connections):
                self._close(connection)

    def _stop_accepting(self, now: float) -> None:
        """Whoever is connected by now is served, nobody else."""
        self._ending = now + _DRAIN_SECONDS
        self._selector.unregister(self.listener)
        while self._accept(now):
            pass
        self.listener.close()
        for connection in list(self.connections):
            if connection.state is State.IDLE:
                # A request that is on its way in this very moment is answered.
                self._serve(connection, now)
            if connection.state is State.IDLE and not connection.has_more:
                self._close(connection)
            elif connection.state is State.HEAD:
                connection.deadline = min(connection.deadline, now + _DRAIN_UNHEARD_SECONDS)


def _call(web: Any, made: Environ) -> Answer:
    """Run the web face to its end; in a thread of the pool."""
    answer = Answer(500, ())

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        answer.status = int(status[:3])
        answer.headers = [field for field in headers if field[0].lower() != "content-length"]

    body = web(made, start_response)
    try:
        answer.body = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    return answer
