"""The UserInfo endpoint (OIDC Core §5.3); the token comes in the header or a form (RFC 6750 §2.1, §2.2)."""

import clients
from idp import audit, claims, organizations, persons, settings, tokens
from idp.base import levels
from idp.base.errors import Rejected
from idp.oidc import answers
from idp.oidc.request import FORM, Answer, Request
from idp.organizations import Organization
from idp.tokens.mint import AccessToken


def get(http: Request) -> Answer:
    """Claims by GET; a token in the URL is not looked at (RFC 9700 §4.3.2)."""
    return _answer(_bearer(http))


def post(http: Request) -> Answer:
    """Claims by POST, the token in the header or alone in the form."""
    token = _bearer(http)
    if str(http.environ.get("CONTENT_TYPE", "")).startswith(FORM):
        in_form = http.form().get("access_token")
        if in_form is not None and token is not None:
            raise Rejected("invalid_request", "the access token is given twice")
        token = token or in_form
    return _answer(token)


def _bearer(http: Request) -> str | None:
    scheme, _, token = http.header("Authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _answer(text: str | None) -> Answer:
    if text is None:
        return answers.unauthorized("", "")
    try:
        return answers.json(_claims(_read(text)))
    except Rejected as error:
        audit.record("token.refuse", outcome="refused", reason=error.why, error=error.code)
        return answers.unauthorized("invalid_token", error.hint)


def _read(text: str) -> AccessToken:
    token = tokens.read_access_token(text)
    if settings.current().issuer not in token.audience or "openid" not in token.scopes:
        raise Rejected("invalid_token", "the access token is not for this endpoint")
    if not tokens.alive(token.handle, token.client_id, token.claims["jti"]):
        raise Rejected("invalid_token", "the access token was revoked or its session has ended")
    return token


def _claims(token: AccessToken) -> dict[str, object]:
    client = clients.find(token.client_id)
    person = persons.find(token.handle.person or "")
    if client is None or not client.enabled or person is None or person.status != "active":
        raise Rejected("invalid_token", "the client or the user is no longer in service")
    facts = claims.Facts(
        sector=client.sector,
        person=person,
        organization=_organization(token, person.id),
        aal=levels.needed(levels.level_of(token.claims["acr"]) or 1)[1],
    )
    audit.record("userinfo.read", person=person.id, client=client.client_id, scope=" ".join(token.scopes))
    return claims.userinfo_claims(facts, token.scopes)


def _organization(token: AccessToken, person_id: str) -> Organization | None:
    """The organisation acted for; a token that names one ends with the right to act for it."""
    acting = token.handle.organization
    found = organizations.acted_for(person_id, acting) if acting else None
    if acting and found is None:
        raise Rejected(
            "invalid_token", "the right to act for the organization has ended", why="delegation.ended"
        )
    return found
