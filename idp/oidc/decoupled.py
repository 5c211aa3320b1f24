"""Requests that no browser carries (RFC 8628 §3.1, CIBA Core §7.1): what of the law holds for them."""

from clients import Client, scopes
from idp.approvals import Approval, Kind
from idp.base.clock import now
from idp.oidc import checks, demands
from idp.oidc.authorization import AuthorizationRequest


def _nothing_restricted(request: AuthorizationRequest) -> None:
    """What is restricted is asked for on a page of its own, in the browser that gets it."""
    request.scopes = tuple(name for name in request.scopes if not scopes.restricted([name]))


_LAW: tuple[checks.Check, ...] = (
    checks.lengths_are_bounded,
    checks.scopes_are_known,
    _nothing_restricted,
    checks.resources_are_registered,
    checks.details_are_registered,
    demands.item_is_known,
    checks.level_is_read,
)


def judged(
    kind: Kind, client: Client, parameters: dict[str, str], *, address: str, lifetime: int
) -> Approval:
    """What a request asks, as it will be put to a person; raises what it is refused with."""
    request = AuthorizationRequest(client=client, parameters=parameters, redirect_uri="")
    for check in _LAW:
        check(request)
    return Approval(
        id="",
        kind=kind,
        client_id=client.client_id,
        scopes=request.scopes,
        level=request.level,
        started=now(),
        expires_at=now() + lifetime,
        address=address,
        resources=request.resources,
        authorization_details=request.details,
        item=request.item,
        legal_level=request.legal_level,
        max_age=request.max_age,
        subject_types=request.subject_types,
    )
