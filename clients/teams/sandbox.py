"""What a team chooses of a sandbox client, and the registration that follows from it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from clients import manifest, scopes
from clients.client import Client
from clients.rules import Fault
from clients.rules.sandbox import MARKS
from clients.teams.team import Team
from idp.base.levels import acr

Proof = Literal["secret", "key", "public"]

_METHODS = {"secret": "client_secret_basic", "key": "private_key_jwt", "public": "none"}
_LONGEST_NAME = 40
#: These addresses are copied into programs and shells: no character of theirs may mean anything there.
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?&=%@+,\[\]-]*", re.ASCII)
_COPIED = ("redirect_uris", "post_logout_redirect_uris")
#: Scopes of the register that nobody has to approve one by one.
SCOPES = tuple(
    scope for scope in scopes.SCOPES
    if scope.approval in ("automatic", "region") and not (scope.held_back or scope.service)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The few things that differ between one experiment and another."""

    name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    scopes: tuple[str, ...] = ("openid", "profile")
    min_level: int = 1
    proof: Proof = "secret"
    jwks_uri: str = ""
    jwks: str = field(default="", repr=False)


def choices(client: Client) -> Choices:
    """What was chosen of a client that is there."""
    proof: Proof = "secret"
    if client.token_endpoint_auth_method != "client_secret_basic":
        proof = "public" if client.public else "key"
    return Choices(
        name=client.name.removesuffix(MARKS["name"]),
        redirect_uris=client.redirect_uris,
        post_logout_redirect_uris=client.post_logout_redirect_uris,
        backchannel_logout_uri=client.backchannel_logout_uri,
        scopes=client.scopes,
        min_level=client.min_level,
        proof=proof,
        jwks_uri=client.jwks_uri,
        jwks=json.dumps(dict(client.jwks), indent=1) if client.jwks else "",
    )


def judged(chosen: Choices, team: Team, client_id: str) -> tuple[Client | None, list[Fault]]:
    """The registration, judged by the rules of all, and every fault of it by key."""
    entry, faults = _entry(chosen, team, client_id), list(_faults(chosen))
    try:
        keys = json.loads(chosen.jwks) if chosen.jwks.strip() else {}
    except (ValueError, RecursionError):
        keys = {}
        faults.append(("jwks", "is not JSON"))
    client, found = manifest.judge({**entry, "jwks": keys})
    return client, faults + found


def of_team(name: str) -> dict[str, str]:
    """What pages say of whose client it is."""
    return {
        "organization": name + MARKS["organization"],
        "organization_en": name + MARKS["organization_en"],
        "contact": f"开发团队：{name}",
    }


def _entry(chosen: Choices, team: Team, client_id: str) -> Mapping[str, Any]:
    return {
        "client_id": client_id,
        "environment": "sandbox",
        "division": team.division,
        "department": team.department,
        "name": chosen.name + MARKS["name"],
        "name_en": chosen.name + MARKS["name_en"],
        **of_team(team.name),
        "purpose": "开发测试",
        "purpose_en": "Development and testing",
        "retention": "测试期间",
        "retention_en": "While testing",
        "sector": client_id,
        "listed": False,
        "application_type": "native" if chosen.proof == "public" else "web",
        "token_endpoint_auth_method": _METHODS[chosen.proof],
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": list(chosen.redirect_uris),
        "post_logout_redirect_uris": list(chosen.post_logout_redirect_uris),
        "backchannel_logout_uri": chosen.backchannel_logout_uri,
        "scopes": list(chosen.scopes),
        "legal_basis": dict.fromkeys(chosen.scopes, "consent"),
        "min_level": acr(chosen.min_level),
        "jwks_uri": chosen.jwks_uri,
    }


def _faults(chosen: Choices) -> Iterator[Fault]:
    if not 2 <= len(chosen.name) <= _LONGEST_NAME:
        yield "name", f"must have 2 to {_LONGEST_NAME} characters"
    for key in _COPIED:
        if not all(_PLAIN.fullmatch(uri) for uri in getattr(chosen, key)):
            yield key, "may have letters, digits and ._~:/?&=%@+,- only"
