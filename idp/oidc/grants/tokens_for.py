"""The tokens of a person's grant, the same for its first and every later generation."""

from typing import Any

from clients import Client
from clients.scopes import restricted
from idp import claims, keyring, organizations, persons, sessions, tokens
from idp.base import levels
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.oidc import login_hints, resources
from idp.organizations import Organization
from idp.tokens import Grant, Handle, confirmation, envelope, service
from idp.tokens.families import RefreshToken
from idp.tokens.handle import OFFLINE, SESSION


def begin_family(client: Client, grant: Grant) -> str | None:
    """Make a grant alive; its first refresh token, if the client may have one. Raises ``invalid_grant``."""
    if "refresh_token" not in client.grant_types:
        service.begin(grant, client.access_token_lifetime, None)
        return None
    lifetime = client.refresh_token_lifetime
    expires_at = now() + lifetime
    if grant.offline:
        service.begin(grant, client.access_token_lifetime, expires_at)
    else:
        service.begin(grant, lifetime, None)
    return RefreshToken(grant=grant, generation=1, expires_at=expires_at).seal()


def answer(
    client: Client,
    grant: Grant,
    scopes: tuple[str, ...],
    organization: Organization | None,
    refresh_token: str | None,
) -> dict[str, Any]:
    """The token response (RFC 6749 §5.1, OIDC Core §3.1.3.3) for a grant as this request narrowed it."""
    access = _access_token(client, grant, scopes, organization)
    body: dict[str, Any] = {
        "access_token": access,
        "token_type": confirmation.token_type(grant.cnf),
        "expires_in": client.access_token_lifetime,
        "scope": " ".join(scopes),
        "id_token": _id_token(client, grant, scopes, organization, {"at_hash": access}),
    }
    if grant.authorization_details:
        body["authorization_details"] = grant.authorization_details
    if refresh_token is not None:
        body["refresh_token"] = refresh_token
    return body


def _access_token(
    client: Client, grant: Grant, scopes: tuple[str, ...], organization: Organization | None
) -> str:
    """``sub`` is for whom the act is done, ``act`` who does it (RFC 8693 §4.1)."""
    person = keyring.pairwise(client.sector, grant.person_id)
    extra: dict[str, Any] = {
        "acr": levels.acr(levels.level(grant.ial, grant.aal)),
        "auth_time": grant.auth_time,
        **confirmation.claims(grant.cnf),
    }
    if grant.authorization_details:
        extra["authorization_details"] = grant.authorization_details
    if grant.claims.get("userinfo"):
        extra["claims"] = {"userinfo": grant.claims["userinfo"]}
    if restricted(scopes):
        extra |= grant.need
    if client.may_act:
        extra["may_act"] = {"sub": client.may_act}
    subject = person
    if organization is not None:
        subject = keyring.pairwise(client.sector, organization.id)
        extra["act"] = {"sub": person, "role": "legal_representative"}
    return tokens.access_token(
        subject=subject,
        client_id=client.client_id,
        audience=resources.audience(client, grant.resources),
        scopes=scopes,
        lifetime=client.access_token_lifetime,
        handle=Handle(
            kind=OFFLINE if grant.offline else SESSION,
            grant=grant.id,
            session=None if grant.offline else grant.session_id,
            person=grant.person_id,
            organization=grant.organization_id,
            granted_at=grant.granted_at,
        ),
        extra=extra,
    )


def _id_token(
    client: Client,
    grant: Grant,
    scopes: tuple[str, ...],
    organization: Organization | None,
    hashed: dict[str, str],
) -> str:
    extra = claims.id_token_claims(
        scopes, ial=grant.ial, aal=grant.aal, organization=organization, sector=client.sector
    )
    if "at_hash" in hashed and grant.claims.get("id_token"):
        # Not in the front channel, where addresses are logged (OIDC Core §3.3.2.11 leaves it to us).
        extra |= _single_claims(client, grant, organization)
    if grant.nonce is not None:
        extra["nonce"] = grant.nonce
    if login_hints.wanted(client):
        extra[login_hints.CLAIM] = login_hints.hint(grant.person_id, client)
    signed = tokens.id_token(
        subject=keyring.pairwise(client.sector, grant.person_id),
        client_id=client.client_id,
        lifetime=client.id_token_lifetime,
        algorithm=client.id_token_signed_response_alg,
        hashed=hashed,
        auth_time=grant.auth_time,
        amr=grant.amr,
        level=claims.requested.acr_of(grant.claims, levels.level(grant.ial, grant.aal)),
        sid=sessions.sid_for(grant.session_id, client.client_id),
        extra=extra,
    )
    return envelope.closed(client, "id_token", signed)


def _single_claims(client: Client, grant: Grant, organization: Organization | None) -> dict[str, Any]:
    """What the portal asked to stand in the ID token, and the person agreed to (OIDC Core §5.5)."""
    person = persons.find(grant.person_id)
    if person is None:
        return {}
    facts = claims.Facts(sector=client.sector, person=person, organization=organization, aal=grant.aal)
    return claims.requested.released(facts, grant.claims["id_token"], client.scopes)


def front_channel_id_token(client: Client, grant: Grant, code: str) -> str:
    """The ID token that comes with the code (OIDC Core §3.3.2.11): it holds the code's hash."""
    return _id_token(client, grant, grant.scopes, organization(grant), {"c_hash": code})


def organization(grant: Grant) -> Organization | None:
    """The organisation acted for, if its representative still may (attack book F25).

    Asked before a refresh token is used up: a database that is away must not cost the portal its token.
    """
    if grant.organization_id is None:
        return None
    found = organizations.acted_for(grant.person_id, grant.organization_id)
    if found is None:
        raise Rejected(
            "invalid_grant", "the right to act for the organization has ended", why="delegation.ended"
        )
    return found
