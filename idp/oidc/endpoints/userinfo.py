"""The UserInfo endpoint (OIDC Core §5.3)."""

import clients
from clients import Client, scopes
from idp import audit, claims, organizations, persons, settings
from idp.audit import Outcome
from idp.base import levels
from idp.base.errors import Rejected
from idp.claims import restricted
from idp.oidc import bearer, secured
from idp.oidc.request import Answer, Request
from idp.organizations import Organization
from idp.persons import Person
from idp.tokens import envelope
from idp.tokens.mint import AccessToken

#: From this level on, data is sensitive enough to ask when the person was last there.
_SENSITIVE = 3


def answer(http: Request) -> Answer:
    """Claims by GET or POST (§5.3.1)."""
    token = bearer.read(http, scope="openid")
    try:
        client, person, organization = _parties(token)
    except Rejected as error:
        raise bearer.refusing(http, token, error) from error
    # The registration, or the level of a scope, may have been raised since the token was issued.
    single = {"userinfo": token.single_claims}
    level = max(client.min_level, scopes.level((*token.scopes, *claims.requested.scopes_of(single))))
    limited = level >= _SENSITIVE and settings.current().sensitive_max_age
    bearer.demand(http, token, level=level, max_age=limited or None)
    envelope.ready(client)
    facts = claims.Facts(
        sector=client.sector,
        person=person,
        organization=organization,
        aal=levels.needed(levels.level_of(token.claims["acr"]) or 1)[1],
    )
    audit.record(
        "userinfo.read", person=person.id, client=client.client_id, scope=" ".join(token.scopes),
        **claims.requested.named(single),
    )  # fmt: skip
    number = _number(http, token, client, person)
    told = number | claims.requested.released(facts, token.single_claims, client.scopes)
    return secured.userinfo(client, told | claims.userinfo_claims(facts, token.scopes))


def _number(http: Request, token: AccessToken, client: Client, person: Person) -> dict[str, str]:
    """The full ID number where the token is for it, on record before it leaves; raises ``Challenge``."""
    if restricted.SCOPE not in token.scopes:
        return {}
    try:
        restricted.demand(client, token.need)
    except Rejected as error:
        _record_number(token, client, person, outcome="refused", reason=error.why)
        raise bearer.refusing(http, token, error) from error
    number = restricted.id_number(person.id)
    if number is None:
        return {}
    _record_number(token, client, person)
    return {restricted.ID_NUMBER: number}


def _record_number(
    token: AccessToken, client: Client, person: Person, outcome: Outcome = "success", reason: str = ""
) -> None:
    audit.record(
        "idcard.release",
        person=person.id,
        client=client.client_id,
        outcome=outcome,
        reason=reason,
        purpose=token.need.get("purpose"),
        item=token.need.get("item_code") or "",
        legal_basis=client.legal_basis.get(restricted.SCOPE),
    )


def _parties(token: AccessToken) -> tuple[Client, Person, Organization | None]:
    """Who asks, for whom, and in whose name; a token that names an organisation ends with that right."""
    client = clients.find(token.client_id)
    person = persons.find(token.handle.person or "")
    if client is None or person is None:
        raise Rejected("invalid_token", "the client or the user is no longer in service")
    acting = token.handle.organization
    organization = organizations.acted_for(person.id, acting) if acting else None
    if acting and organization is None:
        hint = "the right to act for the organization has ended"
        raise Rejected("invalid_token", hint, why="delegation.ended")
    return client, person, organization
