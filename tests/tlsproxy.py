"""What stands in front of the server in production: a proxy that ends TLS (docs/howto/deploy.md)."""

import base64
import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Said anew for each connection, or by the proxy alone (RFC 9110 §7.6.1, RFC 9440 §4).
_OURS = ("connection", "keep-alive", "client-cert", "x-forwarded-for", "x-forwarded-proto")


class Proxy(ThreadingHTTPServer):
    """A listening proxy; ``target`` is the port of the server behind it, once that has one."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        # The handshake is left to the connection's own thread: a silent client must not hold up the others.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.target = 0

    @property
    def origin(self) -> str:
        """Where clients find it."""
        return f"https://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up or shows no certificate is no news."""


class _Line(BaseHTTPRequestHandler):
    """One connection of a client."""

    server: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._hand_on()

    def do_POST(self) -> None:
        self._hand_on()

    def log_message(self, *_: object) -> None:
        """Silent: addresses carry codes."""

    def _hand_on(self) -> None:
        """The request to the server, its answer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=30)
        try:
            behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self._headers():
                behind.putheader(name, value)
            behind.endheaders(body)
            self._answer(behind.getresponse())
        finally:
            behind.close()

    def _headers(self) -> Iterator[tuple[str, str]]:
        yield from ((name, value) for name, value in self.headers.items() if name.lower() not in _OURS)
        yield "X-Forwarded-For", self.client_address[0]
        yield "X-Forwarded-Proto", "https"
        if shown := self.connection.getpeercert(binary_form=True):
            yield "Client-Cert", f":{base64.b64encode(shown).decode()}:"

    def _answer(self, answer: http.client.HTTPResponse) -> None:
        body = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in (*_OURS, "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def ending_tls(context: ssl.SSLContext) -> Iterator[Proxy]:
    """A proxy on a port of its own, as long as the block lasts."""
    with Proxy(context) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
