"""``urn:ietf:params:oauth:grant-type:token-exchange`` (RFC 8693): a service calls the next one for a person.

Narrower in every way: the services are those the client registered, the scopes those of the first token,
the end is not later, and it dies with the same session, grant and consent. Who asks is written into
``act``; nobody can take a person's place unseen (§1.1, delegation and never impersonation).
"""

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

import clients
from clients import Client
from clients.scopes import restricted
from idp import audit, keyring, organizations, persons, tokens
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.oidc import client_auth, resources
from idp.tokens import confirmation
from idp.tokens.mint import AccessToken

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
#: How many may stand in a chain of actors.
_LONGEST_CHAIN = 4


class TokenExchangeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Exchange a token that was shown to this client for one that it may show to another service."""

    GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.CONFIDENTIAL_METHODS

    def validate_token_request(self) -> None:
        """Read both tokens, judge what is asked (§2.1)."""
        client, form = self.request.client, self.request.form
        if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
            raise InvalidRequestError("only access tokens can be asked for")
        subject = _token(form, "subject_token")
        _holds_it(client, subject)
        self.request.resource = _target(form, client)
        self.request.scope = " ".join(_scopes(form, client, subject))
        self.request.actor = _actor(form, client, subject)
        self.request.user = subject

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """One access token, no refresh token (§2.2.1)."""
        client, subject = self.request.client, self.request.user
        lifetime = min(client.access_token_lifetime, int(subject.claims["exp"]) - now())
        handle = replace(subject.handle, origin=subject.handle.origin or subject.client_id)
        access = tokens.access_token(
            subject=_name(client, handle.organization or handle.person),
            client_id=client.client_id,
            audience=resources.audience(client, self.request.resource),
            scopes=tuple(self.request.scope.split()),
            lifetime=lifetime,
            handle=handle,
            extra={
                **{name: subject.claims[name] for name in ("acr", "auth_time") if name in subject.claims},
                "act": self.request.actor,
                **confirmation.claims(self.request.sender.binding),
            },
        )
        audit.record(
            "token.exchange", person=handle.person, organization=handle.organization,
            client=client.client_id, session=handle.session, scope=self.request.scope,
            audience=list(self.request.resource), origin=handle.origin,
        )  # fmt: skip
        return 200, {
            "access_token": access,
            "issued_token_type": ACCESS_TOKEN,
            "token_type": confirmation.token_type(self.request.sender.binding),
            "expires_in": lifetime,
            "scope": self.request.scope,
        }, self.TOKEN_RESPONSE_HEADER  # fmt: skip


def _token(form: dict[str, str], name: str) -> AccessToken:
    """A living access token of ours that speaks of a person; raises ``invalid_request`` (§2.2.2)."""
    if name not in form or form.get(f"{name}_type") != ACCESS_TOKEN:
        raise Rejected("invalid_request", f"{name} must be given, and be an access token")
    try:
        token = tokens.read_access_token(form[name])
    except Rejected as error:
        raise Rejected("invalid_request", f"{name} is not valid", why=error.hint) from error
    issued_to = clients.find(token.handle.origin or token.client_id)
    person = persons.find(token.handle.person) if token.handle.person else None
    if issued_to is None or not issued_to.enabled or person is None or not person.active:
        raise Rejected("invalid_request", f"{name} is not valid", why="speaks of nobody in service")
    if not tokens.alive(token.handle, token.client_id, token.claims["jti"]):
        raise Rejected("invalid_request", f"{name} is not valid", why="dead token")
    acting = token.handle.organization
    if acting is not None and not organizations.represents(person.id, acting):
        raise Rejected("invalid_request", f"{name} is not valid", why="delegation.ended")
    return token


def _holds_it(client: Client, subject: AccessToken) -> None:
    """Only who was meant to see the token may exchange it: a service it is for, or its own client."""
    if subject.client_id != client.client_id and not {*subject.audience} & {*client.introspects}:
        raise Rejected(
            "invalid_request", "subject_token was not issued for this client", why="client_mismatch"
        )


def _target(form: dict[str, str], client: Client) -> tuple[str, ...]:
    """The services asked for; at least one, for a token for nobody in particular is for everybody."""
    named = resources.asked(form, client)
    wanted = tuple(dict.fromkeys([*named, *form.get("audience", "").split()]))
    if not wanted or not {*wanted} <= {*client.resources}:
        raise Rejected("invalid_target", "resource or audience must name services registered for this client")
    return wanted


def _scopes(form: dict[str, str], client: Client, subject: AccessToken) -> tuple[str, ...]:
    """Never more than the first token's, and never those of UserInfo's claims that it cannot show anyway."""
    # What is restricted was approved for one portal alone.
    held = tuple(name for name in subject.scopes if name in client.scopes and not restricted([name]))
    wanted = tuple(dict.fromkeys(form["scope"].split(" "))) if "scope" in form else held
    if not {*wanted} <= {*held}:
        raise Rejected("invalid_scope", "scope is wider than the subject_token's, or than this client's")
    return wanted


def _actor(form: dict[str, str], client: Client, subject: AccessToken) -> dict[str, Any]:
    """The chain of actors, the present one first (§4.1); raises when ``may_act`` names another (§4.4)."""
    if "actor_token" in form or "actor_token_type" in form:
        raise Rejected(
            "invalid_request", "the actor is the authenticated client; actor_token is not accepted"
        )
    may_act = subject.claims.get("may_act")
    if may_act is not None and may_act.get("sub") != client.client_id:
        raise Rejected("invalid_request", "subject_token names another actor in may_act", why="may_act")
    chain: dict[str, Any] = {"sub": client.client_id}
    if (before := subject.claims.get("act")) is not None:
        chain["act"] = _renamed(before, client, subject)
    if _length(chain) > _LONGEST_CHAIN:
        raise Rejected("invalid_request", "the chain of actors is too long")
    return chain


def _renamed(actor: dict[str, Any], client: Client, subject: AccessToken) -> dict[str, Any]:
    """An earlier actor; a person gets the name that this client's sector knows (OIDC Core §8.1)."""
    told = {**actor}
    if "role" in actor:
        told["sub"] = _name(client, subject.handle.person)
    if "act" in actor:
        told["act"] = _renamed(actor["act"], client, subject)
    return told


def _name(client: Client, subject_id: str | None) -> str:
    return keyring.pairwise(client.sector, subject_id or "")


def _length(actor: dict[str, Any] | None) -> int:
    return 0 if actor is None else 1 + _length(actor.get("act"))
