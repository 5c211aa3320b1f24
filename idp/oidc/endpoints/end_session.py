"""The end-session endpoint (OIDC RP-Initiated Logout 1.0 §2): judge what a portal asks, then ask the citizen.

Only a hint that is an ID token of ours tells who asks; without one there is no way back to a portal, and
the citizen confirms on a page, so that no image or link can log anybody out (attack book K16).
"""

from collections.abc import Callable
from dataclasses import replace

import clients
from idp import logout, sessions, settings
from idp.base.errors import Rejected
from idp.base.secret import random_token
from idp.logout import LogoutRequest
from idp.oidc import checks, sandbox
from idp.oidc.answers import Page, browser_cookie, see_other
from idp.oidc.request import Answer, Request

_LONGEST_STATE = 2048


def get(http: Request) -> Answer:
    """A logout request by GET."""
    return _ask(http, http.query)


def post(http: Request) -> Answer:
    """A logout request by POST: the hint stays out of the URL (attack book K20)."""
    return _ask(http, http.form)


def _ask(http: Request, read: Callable[[], dict[str, str]]) -> Answer:
    try:
        request = judged(read())
    except Rejected as error:
        raise Page("APP-003", why=error.why, status=error.status) from error
    request = _without_lure(http, request)
    sent = http.cookie(settings.current().cookie_name("browser"))
    known = sent is not None and len(sent) == 43
    mark = sent if sent is not None and known else random_token()
    answer = see_other(f"/logout/{logout.start(request, mark)}")
    if not known:
        answer.headers.append(browser_cookie(mark))
    return answer


def _without_lure(http: Request, request: LogoutRequest) -> LogoutRequest:
    """The request without an address of a sandbox client that this browser's person does not belong to."""
    client = clients.find(request.client_id) if request.client_id and request.redirect_uri else None
    if client is None or client.environment != "sandbox":
        return request
    session = sessions.find(http.cookie(settings.current().cookie_name("sid")))
    if sandbox.leads_back(client, request.redirect_uri or "", session):
        return request
    return replace(request, redirect_uri=None, state=None)


def judged(parameters: dict[str, str]) -> LogoutRequest:
    """The logout a portal may have; raises ``invalid_request`` for a bad hint, client or address."""
    hint = parameters.get("id_token_hint")
    redirect_uri = parameters.get("post_logout_redirect_uri")
    claims = checks.read_hint(hint) if hint is not None else None
    client_id = str(claims["aud"]) if claims else None
    subject = str(claims["sub"]) if claims else None
    sid = str(claims.get("sid", "")) if claims else None
    if client_id is not None and parameters.get("client_id", client_id) != client_id:
        raise Rejected("invalid_request", "client_id is not the audience of id_token_hint")
    if redirect_uri is None:
        return LogoutRequest(client_id=client_id, subject=subject, sid=sid)
    client = clients.find(client_id) if client_id is not None else None
    if client is None or not client.enabled:
        # Without a hint nobody knows whose address it is: logged out here, and no way back.
        return LogoutRequest()
    if not client.post_logout_allowed(redirect_uri):
        raise Rejected(
            "invalid_request", "post_logout_redirect_uri is not registered", why="redirect_mismatch"
        )
    state = parameters.get("state")
    if state is not None and len(state) > _LONGEST_STATE:
        raise Rejected("invalid_request", "state is too long")
    return LogoutRequest(
        client_id=client_id, subject=subject, sid=sid, redirect_uri=redirect_uri, state=state
    )
