"""The pushed authorization request endpoint (RFC 9126): a portal's server brings what its browser will ask.

The request is judged here by the law of the authorization endpoint, and there once more: meanwhile the
client's registration may have changed (RFC 9126 §7.4).
"""

from typing import Any

from clients import Client
from idp import audit
from idp.base.errors import Rejected
from idp.oidc import checks, client_auth, demands, pushed, request_object, sender
from idp.oidc.answers import Challenge, Page
from idp.oidc.engine import FormRequest, Server
from idp.oidc.pushed import Pushed
from idp.oidc.request import Answer, Request

Response = tuple[int, dict[str, Any], list[tuple[str, str]]]

#: How the client proves itself; no part of what it asks (§2.1).
_PROOFS = frozenset({"client_secret", "client_assertion", "client_assertion_type"})
_HINTS = {
    "APP-001": "redirect_uri is missing or not registered for this client",
    "APP-003": "state is too long",
}


class PushedRequestEndpoint:
    """An endpoint of the engine: it parses the form and authenticates the client as at /token (§2)."""

    ENDPOINT_NAME = "pushed_authorization_request"

    def __init__(self, server: Server) -> None:
        self.server = server

    def create_endpoint_response(self, request: FormRequest) -> Response:
        """The reference to a good request (§2.2), or the error of a bad one (§2.3)."""
        client = self.server.authenticate_client(
            request, list(client_auth.PUBLIC_METHODS), self.ENDPOINT_NAME
        )
        try:
            request_uri, lifetime = _push(client, request)
        except Challenge:
            # The engine's answer carries the nonce.
            raise
        except Rejected as error:
            audit.record(
                "authz.reject",
                client=client.client_id,
                outcome="refused",
                reason=error.why,
                error=error.code,
                item=demands.item_of(request.form),
            )
            return error.status, _body(error), []
        return 201, {"request_uri": request_uri, "expires_in": lifetime}, []


def _push(client: Client, http: FormRequest) -> tuple[str, int]:
    # A proof first: when it lacks a nonce, the same object comes again, and its jti must not be spent.
    sent_by = sender.of_pushed_request(http.http)
    asked, signed = _asked(client, http.form)
    request_uri, mark = pushed.new()
    request = Pushed(mark=mark, parameters=sender.pushes(sent_by, asked), signed=signed)
    _judge(client, request)
    sent_by.settle()
    return request_uri, pushed.keep(client.client_id, request)


def _asked(client: Client, form: dict[str, str]) -> tuple[dict[str, str], bool]:
    """The authorization request of a form, and whether the client signed it (§3)."""
    if "request_uri" in form:
        raise Rejected("invalid_request", "request_uri cannot be pushed")
    if "request" in form:
        return request_object.parameters(client, form["request"]), True
    asked = {name: value for name, value in form.items() if name not in _PROOFS}
    return asked | {"client_id": client.client_id}, False


def _judge(client: Client, asked: Pushed) -> None:
    try:
        request = checks.begun(client, asked.parameters)
        request.pushed, request.signed = asked.mark, asked.signed
        checks.judge(request)
    except Page as page:
        raise Rejected("invalid_request", _HINTS[page.code], why=page.why) from page


def _body(error: Rejected) -> dict[str, str]:
    return {"error": error.code} | ({"error_description": error.hint} if error.hint else {})


_server = Server()
_server.register_endpoint(PushedRequestEndpoint)


def post(http: Request) -> Answer:
    """A pushed authorization request."""
    return _server.answer_endpoint(PushedRequestEndpoint.ENDPOINT_NAME, http)
