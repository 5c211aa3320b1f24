"""The resource server: reads a request, gives the token or the refusal."""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from resource_server import proof, token
from resource_server.issuer import Issuer
from resource_server.proof import FirstTime
from resource_server.refusal import Refused
from resource_server.replay import Replays
from resource_server.requirement import Requirement
from resource_server.token import AccessToken
from resource_server.unavailable import Unavailable

ENVIRON_KEY = "resource_server.token"

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Certificate = Callable[[Environ], bytes | None]

log = logging.getLogger("resource_server")


class ResourceServer:
    """What one service accepts.

    ``audience``: the name of this service in tokens.
    ``base``: the address it is reached at from outside, which DPoP proofs name; a Host header is whatever
    the caller writes.
    ``certificate``: how to get the client's certificate (DER) of a request from the proxy that ends TLS;
    without it a token that is bound to a certificate is refused.
    ``first_time``: where marks of DPoP proofs are kept.
    """

    def __init__(
        self,
        *,
        issuer: str | Issuer,
        audience: str,
        base: str,
        certificate: Certificate | None = None,
        first_time: FirstTime | None = None,
    ) -> None:
        self.issuer = Issuer(issuer) if isinstance(issuer, str) else issuer
        self.audience = audience
        self.base = base.rstrip("/")
        self._certificate = certificate
        self._first_time = first_time or Replays()

    def token(self, environ: Environ, requirement: Requirement | None = None) -> AccessToken:
        """The token of a WSGI request; raises ``Refused``, or ``Unavailable`` while keys are missing."""
        scheme, text = _shown(environ)
        found = token.read(text, self.issuer, self.audience)
        self._prove(environ, scheme, text, found)
        if requirement is not None:
            requirement.judge(found)
        return found

    def protect(self, application: Application, requirement: Requirement | None = None) -> Application:
        """Put this in front of a WSGI application; the token is in ``environ[ENVIRON_KEY]``."""

        def guarded(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
            try:
                environ[ENVIRON_KEY] = self.token(environ, requirement)
            except (Refused, Unavailable) as error:
                status, headers, body = self.answer(error)
                start(status, headers)
                return [body]
            return application(environ, start)

        return guarded

    def answer(self, error: Refused | Unavailable) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers and body of a refusal."""
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        if isinstance(error, Unavailable):
            log.warning("tokens cannot be judged: %s", error)
            body = {"error": "temporarily_unavailable"}
            return "503 Service Unavailable", [*headers, ("Retry-After", "5")], json.dumps(body).encode()
        log.info("refused: %s (%s)", error.code or "no token", error.why)
        told = {"error": error.code or "invalid_request", "error_description": error.hint}
        challenges = [error.challenge("Bearer"), error.challenge("DPoP", " ".join(proof.ALGORITHMS))]
        status = {400: "400 Bad Request", 401: "401 Unauthorized", 403: "403 Forbidden"}[error.status]
        headers += [("WWW-Authenticate", challenge) for challenge in challenges]
        return status, headers, json.dumps({name: value for name, value in told.items() if value}).encode()

    def _prove(self, environ: Environ, scheme: str, text: str, found: AccessToken) -> None:
        """Whoever shows a bound token has its key (RFC 9449 §7.1, RFC 8705 §3)."""
        thumbprint = found.bound_to("jkt")
        if (thumbprint is not None) != (scheme == "dpop"):
            raise Refused("invalid_token", "the token and the scheme do not fit", why=f"shown as {scheme}")
        if thumbprint is not None:
            proof.by_key(
                _one_proof(environ), thumbprint, text,
                method=environ["REQUEST_METHOD"], uri=self._uri(environ), first_time=self._first_time,
            )  # fmt: skip
        if (certificate := found.bound_to("x5t#S256")) is not None:
            proof.by_certificate(self._certificate(environ) if self._certificate else None, certificate)

    def _uri(self, environ: Environ) -> str:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        path = path.encode("latin-1").decode("utf-8", "replace")
        return f"{self.base}{path}"


def _shown(environ: Environ) -> tuple[str, str]:
    """Scheme and token of the Authorization header, the only place that is looked at (RFC 9700 §4.3.2)."""
    if "access_token" in parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True):
        raise Refused("invalid_request", "a token must not stand in the URL")
    header = str(environ.get("HTTP_AUTHORIZATION", ""))
    scheme, _, text = header.partition(" ")
    if scheme.lower() not in ("bearer", "dpop"):
        raise Refused("")
    text = text.strip()
    if not text or any(one in text for one in ", \t"):
        raise Refused("invalid_request", "the Authorization header is malformed")
    return scheme.lower(), text


def _one_proof(environ: Environ) -> str:
    value = str(environ.get("HTTP_DPOP", ""))
    if not value or "," in value:
        raise Refused("invalid_dpop_proof", "exactly one DPoP header is needed")
    return value
