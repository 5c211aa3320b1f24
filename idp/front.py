"""From the web server to the gate: granian's RSGI on one side, WSGI on the other (decision 0010).

A request reaches the gate whole or not at all: head and body are read by the event loop under deadlines, so
that a slow sender occupies memory and no thread. Machines are answered in the loop, people in threads: a
login storm, with its password hashes, cannot starve token traffic. A machine whose answer needs somebody
else's (keys of a portal) goes to a thread too. What two parsers could read differently
is refused here (RFC 9112 §6.1, §11.2): a second Host, Transfer-Encoding, names with underscores.
"""

import asyncio
import io
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Protocol, TypeVar

from idp.base.waiting import Waits
from idp.gate import Gate
from idp.oidc.request import LARGEST, Answer, Environ
from idp.store import db

T = TypeVar("T")

_LONGEST_TARGET = 8190
_BODY_SECONDS = 10
_ONCE = frozenset(("host", "authorization", "content-length", "content-type", "origin"))
#: Said in granian's place: no answer tells how we are built (attack book O18).
_SERVER = ("Server", "idp")
_CLOSE = (("Connection", "close"), ("Content-Length", "0"), _SERVER)

#: Header names seen so far, as the environment spells them.
_names: dict[str, str] = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Scope(Protocol):
    """The head of a request, as granian gives it."""

    method: str
    path: str
    query_string: str
    scheme: str
    client: str
    authority: str | None
    headers: Any


class Malformed(Exception):
    """A request nobody should have to interpret; ``status`` is its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Front:
    """The RSGI application."""

    def __init__(self, gate: Gate, threads: int) -> None:
        self.gate = gate
        self.threads = threads
        self.pool: ThreadPoolExecutor | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """This process starts to serve: it opens connections and threads of its own."""
        db.forked()
        self.pool = ThreadPoolExecutor(self.threads, thread_name_prefix="web")

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """One request."""
        try:
            made = environ(scope)
            made["wsgi.input"] = io.BytesIO(await _body(made, protocol))
        except Malformed as error:
            protocol.response_empty(error.status, list(_CLOSE))
            return
        try:
            answer = self.gate.answer(made)
        except Waits:
            made["wsgi.input"].seek(0)
            answer = await self._in_a_thread(self.gate.answer, made)
        if answer is None:
            answer = await self._in_a_thread(_call, self.gate.web, made)
        headers = [*answer.headers, _SERVER]
        protocol.response_bytes(answer.status, headers, b"" if scope.method == "HEAD" else answer.body)

    async def _in_a_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, copy_context().run, work, *arguments)


def environ(scope: Scope) -> Environ:
    """A WSGI environment (PEP 3333) with nothing of this process in it; raises ``Malformed``."""
    if scope.authority is not None or len(scope.path) + len(scope.query_string) > _LONGEST_TARGET:
        raise Malformed(414 if scope.authority is None else 421)
    address, _, port = scope.client.rpartition(":")
    made: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path if scope.path.isascii() else scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "0",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address.strip("[]"),
        "REMOTE_PORT": port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    _add_headers(made, scope.headers.items())
    return made


def _add_headers(made: Environ, headers: list[tuple[str, str]]) -> None:
    for name, value in headers:
        key = _names.get(name)
        if key is None:
            if name == "transfer-encoding":
                raise Malformed(400)
            if "_" in name:
                # Would be spelled like another header (`X_Forwarded_For`); nobody honest sends it.
                continue
            key = "HTTP_" + name.upper().replace("-", "_")
            if len(_names) < 256:
                _names[name] = key
        if key not in made:
            made[key] = value
        elif name in _ONCE:
            raise Malformed(400)
        else:
            made[key] += ("; " if name == "cookie" else ", ") + value


async def _body(made: Environ, protocol: Any) -> bytes:
    """The whole body, bounded in size and time (attack book O11, R33)."""
    length = made.get("CONTENT_LENGTH", "0")
    if length == "0":
        return b""
    if not (length.isascii() and length.isdigit()):
        raise Malformed(400)
    if len(length) > 6 or int(length) > LARGEST:
        raise Malformed(413)
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return bytes(await protocol())
    except TimeoutError:
        raise Malformed(408) from None


def _call(web: Any, made: Environ) -> Answer:
    """Run the web face to its end; in a thread of the pool."""
    answer = Answer(500, ())

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        answer.status = int(status[:3])
        answer.headers = headers

    body = web(made, start_response)
    try:
        answer.body = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    return answer
