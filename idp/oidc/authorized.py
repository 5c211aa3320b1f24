"""What a person's yes gives a portal: a code, an ID token beside it in the hybrid flow, ``session_state``."""

from typing import Any

from clients.scopes import restricted
from idp import audit, claims, consent, sessions
from idp.base.clock import now, now_us
from idp.base.errors import Rejected
from idp.oidc.authorization import AuthorizationRequest
from idp.oidc.grants import tokens_for
from idp.oidc.request import Answer
from idp.sessions import Participant, Session, browser_state
from idp.tokens import codes


def answer(
    request: AuthorizationRequest,
    session: Session,
    scopes: tuple[str, ...],
    organization: str | None,
    known: Participant | None,
    *beside: tuple[Any, ...],
) -> Answer:
    """Mint the code; the session learns of the portal in the same packet (OIDC Core §3.1.2.5, §3.3.2.5).

    ``beside``: what else that packet holds.

    ``scopes`` is what the person agreed to: of those asked for, and of those that single claims belong to.
    """
    client = request.client
    code, grant_id = codes.new_code()
    grant = codes.Grant(
        id=grant_id,
        client_id=client.client_id,
        redirect_uri=request.redirect_uri,
        scopes=tuple(name for name in request.scopes if name in scopes),
        claims=claims.requested.allowed(request.claims, scopes, session.level),
        nonce=request.nonce,
        challenge=request.challenge,
        dpop_jkt=request.dpop_jkt,
        resources=request.resources,
        authorization_details=request.details,
        need=request.need if restricted(scopes) else {},
        person_id=session.person_id,
        organization_id=organization,
        session_id=session.id,
        auth_time=session.auth_time,
        amr=session.amr,
        ial=session.ial,
        aal=session.aal,
        offline="offline_access" in scopes and "refresh_token" in client.grant_types,
        granted_at=now_us(),
    )
    entered = Participant(
        since=known.since if known else now(),
        consent=consent.version(client),
        scopes=scopes if known is None else tuple(dict.fromkeys((*known.scopes, *scopes))),
        organization=organization,
    )
    if not sessions.enter(session, client.client_id, entered, codes.issue_code(grant), *beside):
        raise Rejected("login_required", "the session has ended")
    audit.record(
        "authz.grant",
        person=session.person_id,
        organization=organization,
        client=client.client_id,
        session=session.id,
        scope=" ".join(grant.scopes),
        level=session.level,
        parameters=request.sent or None,
        **claims.requested.named(grant.claims),
        purpose=grant.need.get("purpose"),
        item=request.item,
    )
    parameters = {"code": code, **_session_state(request, session)}
    if request.hybrid:
        parameters["id_token"] = tokens_for.front_channel_id_token(client, grant, code)
    return request.answer(parameters)


def _session_state(request: AuthorizationRequest, session: Session) -> dict[str, str]:
    """What a web portal's page asks our session frame with (OIDC Session Management 1.0 §2)."""
    if request.client.application_type != "web":
        return {}
    origin = browser_state.origin(request.redirect_uri)
    return {"session_state": browser_state.session_state(session.id, request.client.client_id, origin)}
