"""An authorization request that has been judged, and what may be answered to it."""

from dataclasses import dataclass, field
from typing import Any

import clients
from clients import Client, scopes
from clients.client import SubjectType
from idp import claims, settings
from idp.base.errors import Rejected
from idp.oidc import response_modes
from idp.oidc.answers import Page
from idp.oidc.request import Answer


@dataclass(slots=True, kw_only=True)
class AuthorizationRequest:
    """OIDC Core §3.1.2.1, after the law of ``checks``."""

    client: Client
    parameters: dict[str, str]
    redirect_uri: str
    response_mode: str = "query"
    hybrid: bool = False
    """Whether an ID token comes with the code (``code id_token``)."""
    state: str | None = None
    pushed: str = ""
    """The mark of the pushed request it is (``idp.oidc.pushed``)."""
    signed: bool = False
    """Whether the client signed it."""
    scopes: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    details: tuple[dict[str, Any], ...] = ()
    item: str = ""
    """The service item that is applied for."""
    need: dict[str, str] = field(default_factory=dict)
    """What it is for, where something restricted is asked."""
    nonce: str | None = None
    challenge: str = ""
    dpop_jkt: str = ""
    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    level: int = 1
    legal_level: int = 1
    """The level at which a company may be acted for."""
    subject_types: tuple[SubjectType, ...] = ("natural",)
    offered: tuple[str, ...] = ()
    """The scopes that single claims may belong to."""
    claims: dict[str, Any] = field(default_factory=dict)
    """The claims parameter, judged (``idp.claims.requested``)."""
    hint_subject: str | None = None
    ui_locales: str = ""
    sent: tuple[str, ...] = ()
    """Names of what a program in the sandbox sent, for its developers to see."""

    @property
    def silent(self) -> bool:
        """Whether no page may be shown (``prompt=none``)."""
        return "none" in self.prompts

    def needs(self, level: int) -> tuple[str, ...]:
        """The scopes a person has to agree to: asked for, or of single claims that this level may have."""
        if not self.claims:
            return self.scopes
        return tuple(dict.fromkeys((*self.scopes, *claims.requested.scopes_of(self.claims, level))))

    def answer(self, parameters: dict[str, str]) -> Answer:
        """An authorization response with ``state`` and ``iss`` (RFC 9207 §2)."""
        if self.state is not None:
            parameters["state"] = self.state
        parameters["iss"] = settings.current().issuer
        return response_modes.send(self.client, self.response_mode, self.redirect_uri, parameters)

    def refuse(self, error: Rejected) -> Answer:
        """An error response (OIDC Core §3.1.2.6)."""
        return self.answer({"error": error.code} | ({"error_description": error.hint} if error.hint else {}))


def record(request: AuthorizationRequest) -> dict[str, Any]:
    """The request as an attempt keeps it: judged, so that it need not be judged again.

    The raw parameters are left out: hints may hold a person's number, which no record of Redis may.
    """
    kept = {name: getattr(request, name) for name in AuthorizationRequest.__slots__}
    kept["client"] = request.client.client_id
    kept["parameters"] = {}
    kept["prompts"] = sorted(request.prompts)
    return kept


def from_record(kept: dict[str, Any]) -> AuthorizationRequest:
    """The request an attempt kept; its client is looked up again, for its registration may have changed."""
    client = clients.find(kept["client"])
    if client is None or not client.enabled:
        raise Page("APP-002", why="client disabled during login", status=403)
    if not client.redirect_allowed(kept["redirect_uri"]):
        raise Page("APP-001", why="redirect taken away during login", client_id=client.client_id)
    values = {
        **kept,
        "client": client,
        "prompts": frozenset(kept["prompts"]),
        "resources": tuple(kept["resources"]),
        "sent": tuple(kept.get("sent", ())),
        "details": tuple(kept["details"]),
        "subject_types": tuple(kept.get("subject_types", ())),
        "offered": tuple(kept.get("offered", ())),
        "scopes": tuple(name for name in kept["scopes"] if scopes.held(client, name)),
    }
    return AuthorizationRequest(**values)
