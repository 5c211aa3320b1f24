"""Authlib's authorization server in this house: grants, endpoints, client authentication, no framework.

Its measured quirks are overridden here and in the subclasses beside it, each with a test (decision 0002):
parameters come from the form alone and once, two ways of authenticating are refused, ``take`` goes before
any judgement, hooks are never relied on, and no token reaches a log.
"""

from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

import clients
from clients import Client
from idp import audit
from idp.base.errors import Rejected
from idp.oidc import answers, client_auth, sender
from idp.oidc.answers import Challenge
from idp.oidc.request import Answer, Request
from idp.oidc.sender import Sender

_WAITING = ("authorization_pending", "slow_down")


class FormRequest(OAuth2Request):  # type: ignore[misc]
    """A token-style request as Authlib sees it: form parameters only, each once (RFC 6749 §3.2).

    Authlib's own constructor would refuse plain http by an exception outside its error handling (quirk 11);
    whether the transport is safe has been judged at the gate.
    """

    def __init__(self, http: Request) -> None:
        self.http = http
        self.method = http.method
        self.uri = http.path
        self.headers = {"Authorization": http.header("Authorization")}
        self._form = http.form()
        self.payload = BasicOAuth2Payload(self._form)
        self.client: Client | None = None
        self.claimed = ""
        """The registered client that it says it is."""
        self.auth_method: str | None = None
        self.sender = Sender()
        self.user = self.authorization_code = self.refresh_token = self.credential = None
        self._scope = None
        self._body = None

    @property
    def form(self) -> dict[str, str]:
        """The form's parameters."""
        return self._form


#: Makes the answer of an endpoint of its request and what it found.
Shape = Callable[[FormRequest, dict[str, Any]], Answer]


class Server(AuthorizationServer):  # type: ignore[misc]
    """The engine; one for the process."""

    def query_client(self, client_id: str) -> Client | None:
        """A client of the registry that is in service."""
        client = clients.find(client_id)
        return client if client is not None and client.enabled else None

    def authenticate_client(
        self, request: FormRequest, methods: list[str], endpoint: str = "token"
    ) -> Client:
        """Authenticate by the one method the client registered (RFC 6749 §2.3)."""
        client = client_auth.authenticate(request, public_allowed="none" in methods)
        request.client = client
        return client

    def create_oauth2_request(self, request: Request) -> FormRequest:
        """Parse the form; what Authlib cannot express as its own error becomes one."""
        try:
            return FormRequest(request)
        except Rejected as error:
            refused = InvalidRequestError(description=error.hint)
            refused.status_code = error.status
            raise refused from error

    def answer_token(self, http: Request) -> Answer:
        """The token endpoint's phases: parse, find the grant, authenticate, sender, judge, mint, answer.

        A proof is read before the grant spends anything, and known to be fresh before anything is minted.
        """
        request: FormRequest | None = None
        try:
            request = self.create_oauth2_request(http)
            grant = self._grant(request)
            client = self.authenticate_client(request, grant.TOKEN_ENDPOINT_AUTH_METHODS)
            if grant.GRANT_TYPE not in client.grant_types:
                raise UnauthorizedClientError()
            request.sender = sender.of_token_request(http, client)
            grant.validate_token_request()
            request.sender.settle()
            status, body, _ = grant.create_token_response()
            return answers.json(body, status, request.sender.headers)
        except (OAuth2Error, Rejected) as error:
            return self._refuse(request, error)

    def answer_endpoint(self, name: str, http: Request, shape: Shape | None = None) -> Answer:
        """Revocation and introspection; ``shape`` makes the answer of what was found."""
        request: FormRequest | None = None
        try:
            request = self.create_oauth2_request(http)
            (endpoint,) = self._endpoints[name]
            status, body, _ = endpoint.create_endpoint_response(request)
            return shape(request, body) if shape else answers.json(body, status)
        except (OAuth2Error, Rejected) as error:
            return self._refuse(request, error)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Authlib's signals have no listener here."""

    def _grant(self, request: FormRequest) -> Any:
        grant_type = request.form.get("grant_type")
        for grant, _ in self._token_grants:
            if grant_type == grant.GRANT_TYPE:
                return grant(request, self)
        # Nobody is authenticated for a request that cannot be one, but its developer looks for it.
        request.claimed = client_auth.claimed(request)
        if grant_type is None:
            raise InvalidRequestError("grant_type is missing")
        raise UnsupportedGrantTypeError(grant_type)

    def _refuse(self, request: FormRequest | None, error: OAuth2Error | Rejected) -> Answer:
        code, hint, status, why = _parts(error)
        claimed = request.claimed or None if request is not None else None
        client = request.client.client_id if request is not None and request.client else claimed
        if code in _WAITING:
            # A poll before the person has decided: nothing happened, and a flood of them writes nothing.
            pass
        elif why in ("code.reuse", "refresh.reuse"):
            audit.record(why, client=client, outcome="refused")
        elif code == "invalid_client":
            audit.record("client.auth_failed", client=claimed, outcome="refused", reason=why, error=code)
        else:
            audit.record("token.refuse", client=client, outcome="refused", reason=why, error=code)
        headers = error.headers if isinstance(error, Challenge) else ()
        if status == 401:
            used = request.headers["Authorization"] if request is not None else ""
            headers = (*client_auth.challenges(used), *headers)
        return answers.error(code, hint, status, headers)


def _parts(error: OAuth2Error | Rejected) -> tuple[str, str, int, str]:
    """(code, hint, status, why) of either kind of refusal."""
    if isinstance(error, Rejected):
        return error.code, error.hint, error.status, error.why
    hint = str(error.description or "")
    return error.error, hint if hint.isascii() else "", error.status_code or 400, hint
