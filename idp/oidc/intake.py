"""How an authorization request that is not plain comes in: as an object, by a reference, or pushed before."""

from contextlib import suppress

from clients import Client
from idp.base.errors import Rejected
from idp.oidc import checks, pushed, request_object
from idp.oidc.answers import Page
from idp.oidc.authorization import AuthorizationRequest


def is_plain(parameters: dict[str, str]) -> bool:
    """Whether the parameters themselves are the request."""
    return "request" not in parameters and "request_uri" not in parameters


def opened(client: Client, parameters: dict[str, str]) -> AuthorizationRequest:
    """The request behind ``request`` or ``request_uri``; raises ``Rejected`` when there is none.

    Its client and redirect URI are good, else ``Page``: a person must read why. Nothing beside the two
    parameters and ``client_id`` is looked at (RFC 9101 §6.3, RFC 9126 §4).
    """
    reference, text = parameters.get("request_uri"), parameters.get("request", "")
    if reference is None:
        return _signed(client, text)
    if text:
        raise Rejected("invalid_request", "request and request_uri cannot be used together")
    if not reference.startswith(pushed.PREFIX):
        return _signed(client, request_object.fetch(client, reference))
    found = pushed.find(reference, client.client_id)
    if found is None:
        # Where to answer stood in the request alone.
        raise Page("APP-004", why="invalid_request_uri", client_id=client.client_id)
    request = checks.begun(client, found.parameters)
    request.pushed, request.signed = found.mark, found.signed
    return request


def refusable(client: Client, parameters: dict[str, str]) -> AuthorizationRequest:
    """What can be answered to a client whose request could not be opened, by what stands beside it."""
    request = checks.begun(client, parameters)
    checks.state_comes_back_whole(request)
    with suppress(Rejected):  # else in the default mode
        checks.response_mode_is_registered(request)
    return request


def _signed(client: Client, text: str) -> AuthorizationRequest:
    request = checks.begun(client, request_object.parameters(client, text))
    request.signed = True
    return request
