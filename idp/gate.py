"""The gate before Flask: every request passes here, machines' requests go no further.

It judges what no endpoint should have to (host, transport, verb), names the request, and sends it to the
protocol face by one dictionary look-up, or on to the web face. Flask costs more than half of a protocol
request (decision 0001), so none of them pays for it.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from idp import metrics
from idp.base import trace
from idp.base.errors import Unavailable
from idp.oidc import answers
from idp.oidc import app as protocol
from idp.oidc.answers import Page
from idp.oidc.mtls import ENVIRON as CERTIFICATE
from idp.oidc.request import Answer, Environ, Request
from idp.settings import Settings

log = logging.getLogger("idp.gate")

StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

_VERBS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_REASONS = {
    200: "200 OK", 201: "201 Created", 204: "204 No Content", 303: "303 See Other", 304: "304 Not Modified",
    308: "308 Permanent Redirect", 400: "400 Bad Request", 401: "401 Unauthorized", 403: "403 Forbidden",
    404: "404 Not Found", 405: "405 Method Not Allowed", 413: "413 Content Too Large",
    415: "415 Unsupported Media Type", 421: "421 Misdirected Request", 429: "429 Too Many Requests",
    500: "500 Internal Server Error", 501: "501 Not Implemented", 503: "503 Service Unavailable",
}  # fmt: skip
_HSTS = ("Strict-Transport-Security", "max-age=31536000")
_RETRY = (("Retry-After", "5"),)


class Gate:
    """A WSGI application in front of another."""

    def __init__(self, web: Wsgi, settings: Settings, probes: dict[str, Callable[[Request], Answer]]) -> None:
        self.web = web
        self.host = urlsplit(settings.issuer).netloc
        self.certificate_host = urlsplit(settings.mtls_origin).netloc or self.host
        self.certificates = settings.client_certificate != "none"
        self.issuer = settings.issuer
        self.secure = settings.secure
        self.trusted = [ip_network(network) for network in settings.trusted_proxies]
        self.probes = probes

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or pass on: the WSGI form."""
        answer = self.answer(environ)
        if answer is None:
            return self.web(environ, start_response)
        # An answer that has no content has no length of it either (RFC 9110 §8.6).
        length = [] if answer.status in (204, 304) else [("Content-Length", str(len(answer.body)))]
        start_response(_REASONS[answer.status], [*answer.headers, *length])
        return (b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body,)

    def answer(self, environ: Environ) -> Answer | None:
        """The answer of the gate or of the protocol face; ``None`` leaves the request to the web face."""
        http = Request(environ, request_id=secrets.token_hex(8), address=self._peer(environ))
        trace.set_request(http.id, http.address)
        if http.path in self.probes:
            return _answer({"GET": self.probes[http.path]}, http)
        refusal = self._refusal(http)
        if refusal is not None:
            return refusal
        handlers = protocol.methods(http.path)
        if handlers is None:
            environ["idp.address"] = http.address
            return None
        started = time.perf_counter()
        try:
            answer = _answer(handlers, http)
        except Page as page:
            # The web face tells a person why; it reads only the code, never the refused request.
            environ |= {
                "REQUEST_METHOD": "HEAD" if http.method == "HEAD" else "GET",
                "QUERY_STRING": "",
                "CONTENT_LENGTH": "",
                "idp.refusal": page,
            }
            return None
        metrics.request(protocol.name(http.path), answer.status, time.perf_counter() - started)
        if self.secure:
            answer.headers.append(_HSTS)
        return answer

    def _refusal(self, http: Request) -> Answer | None:
        """What is refused whatever it asks for: a strange verb, a foreign host, an open line."""
        if http.method not in _VERBS:
            return answers.error("invalid_request", "unknown method", 501)
        if not str(http.environ.get("QUERY_STRING", "")).isascii():
            # RFC 3986 §2: an address is ASCII. Werkzeug fails on other bytes, its error page included.
            return answers.error("invalid_request", "the address holds raw bytes", 400)
        if http.environ.get("HTTP_HOST") != self.host and not self._is_for_machines_with_certificates(http):
            # Another Host can poison caches and links (attack book O01); ours come from the settings anyway.
            return answers.error("invalid_request", "this server is not responsible for that host", 421)
        if (refusal := self._certificate(http.environ)) is not None:
            return refusal
        if self.secure and not self._transport_is_secure(http):
            if protocol.methods(http.path) is not None and not http.path.startswith(protocol.BROWSER):
                return answers.error("invalid_request", "https is required", 400)
            query = http.environ.get("QUERY_STRING", "")
            location = self.issuer + quote(http.path.encode("latin-1")) + (f"?{query}" if query else "")
            return Answer(308, (("Location", location),))
        return None

    def _is_for_machines_with_certificates(self, http: Request) -> bool:
        """Whether a request came to the second origin, where no page is (RFC 8705 §5)."""
        machines = http.path in protocol.ROUTES and not http.path.startswith(protocol.BROWSER)
        return machines and http.environ.get("HTTP_HOST") == self.certificate_host

    def _certificate(self, environ: Environ) -> Answer | None:
        """Take a client certificate from the proxy that saw it, and from nobody else (RFC 9440 §4).

        Refused, not dropped, where certificates are in use: a proxy that is not trusted by mistake shows.
        """
        header, _ = environ.pop("HTTP_CLIENT_CERT", None), environ.pop("HTTP_CLIENT_CERT_CHAIN", None)
        if not header or not self.certificates:
            return None
        if not self._trusts(environ) or environ.get("HTTP_HOST") != self.certificate_host:
            return answers.error("invalid_request", "client certificates are not taken from here", 400)
        environ[CERTIFICATE] = header
        return None

    def _transport_is_secure(self, http: Request) -> bool:
        if http.environ.get("wsgi.url_scheme") == "https":
            return True
        return self._trusts(http.environ) and http.header("X-Forwarded-Proto") == "https"

    def _trusts(self, environ: Environ) -> bool:
        try:
            peer = ip_address(environ.get("REMOTE_ADDR", ""))
        except ValueError:
            return False
        return any(peer in network for network in self.trusted)

    def _peer(self, environ: Environ) -> str:
        """The address nearest to us that no trusted proxy vouches for (attack book O03)."""
        address = str(environ.get("REMOTE_ADDR", ""))
        if not self.trusted or not self._trusts(environ):
            return address
        for hop in reversed(str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
            try:
                known = ip_address(hop.strip())
            except ValueError:
                return address
            address = str(known)
            if not any(known in network for network in self.trusted):
                break
        return address


def _answer(handlers: dict[str, protocol.Handler], http: Request) -> Answer:
    try:
        return protocol.handle(handlers, http)
    except Page:
        raise
    except Unavailable as error:
        log.error("unavailable: %s", error.what)
        if http.path.startswith(protocol.BROWSER):
            raise Page("unavailable", why=error.what, status=503) from error
        return answers.error("temporarily_unavailable", "try again later", 503, _RETRY)
    except Exception:
        log.exception("defect, reference %s", http.id)
        if http.path.startswith(protocol.BROWSER):
            raise Page("defect", why="defect", status=500) from None
        return answers.error("server_error", f"reference {http.id}", 500)


def health(
    ready: Callable[[], dict[str, bool]], waiting: Callable[[], dict[str, int]]
) -> dict[str, Callable[[Request], Answer]]:
    """The probes: ``/livez`` says the process answers, ``/readyz`` that its stores do (``idp.readiness``).

    What waits is told, too, and makes nobody unready: a collector that is away must not end logins.
    """

    def livez(http: Request) -> Answer:
        return Answer(200, answers.JSON, b'{"alive":true}')

    def readyz(http: Request) -> Answer:
        state = ready()
        told = {**state, "waiting": waiting()}
        return Answer(200 if all(state.values()) else 503, answers.JSON, orjson.dumps(told))

    return {"/livez": livez, "/readyz": readyz}
