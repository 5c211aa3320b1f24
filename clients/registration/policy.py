"""What an operator settles for everybody who registers by one initial access token.

The standards know a client by its name and addresses. A government platform must also know which body
answers for it, why it needs data, for how long and on what legal basis. A program cannot vouch for that, so
it is not asked: the operator who hands out the token says it, and any plain client can register.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from clients import manifest, scopes, uris
from clients.client import AuthMethod, Client, GrantType, LegalBasis, Profile, SubjectType, loopback_place
from clients.rules import Fault
from idp.divisions import NATION

#: Members that a policy gives to a registration as they stand.
GIVEN = (
    "organization", "organization_en", "contact", "purpose", "purpose_en", "retention", "retention_en",
    "profile", "min_level", "subject_types_allowed", "listed", "division", "department",
)  # fmt: skip


@with_config(ConfigDict(strict=True, extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is settled, in the words of a manifest; ``scopes`` and ``grant_types`` are the most one gets."""

    organization: str
    organization_en: str
    contact: str
    purpose: str
    purpose_en: str
    retention: str
    retention_en: str
    scopes: tuple[str, ...]
    legal_basis: Mapping[str, LegalBasis] = field(default_factory=dict)
    grant_types: tuple[GrantType, ...] = ("authorization_code", "refresh_token")
    hosts: tuple[str, ...] = ()
    """Domains that its clients live at, with what lies under them; none means anywhere."""
    sector: str = ""
    """One sector for all its clients; otherwise each has the one of its host."""
    profile: Profile = "standard"
    min_level: str = "l1"
    subject_types_allowed: tuple[SubjectType, ...] = ("natural",)
    listed: bool = False
    """Whether citizens find these clients in our list of services."""
    division: str = NATION
    department: str = ""
    """Where they stand in the administration tree, and so who administers them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "legal_basis", MappingProxyType(dict(self.legal_basis)))

    def covers(self, uri: str) -> bool:
        """Whether an address lies within the domains of this policy, or on the citizen's own device."""
        host = uris.host(uri)
        under = any(host == domain or host.endswith(f".{domain}") for domain in self.hosts)
        return under or not self.hosts or loopback_place(uri) is not None

    def faults(self, client: Client) -> Iterator[Fault]:
        """Where a registration asks for more than is allowed."""
        for key in ("redirect_uris", "post_logout_redirect_uris"):
            for position, uri in enumerate(getattr(client, key)):
                if not self.covers(uri):
                    yield f"{key}[{position}]", "is not at a host that the initial access token allows"
        for key in ("home_uri", "initiate_login_uri"):
            if (uri := getattr(client, key)) and not self.covers(uri):
                yield key, "is not at a host that the initial access token allows"
        for position, name in enumerate(client.scopes):
            if name not in self.scopes:
                yield f"scopes[{position}]", "is not allowed by the initial access token"
        for position, grant in enumerate(client.grant_types):
            if grant not in self.grant_types:
                yield f"grant_types[{position}]", "is not allowed by the initial access token"

    def document(self) -> str:
        """The policy as JSON."""
        members = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps(members | {"legal_basis": dict(self.legal_basis)}, ensure_ascii=False)


_shape: TypeAdapter[Policy] = TypeAdapter(Policy)
_SAMPLE_METHOD: AuthMethod = "private_key_jwt"


def stored(text: str) -> Policy:
    """A policy as ``document`` wrote it."""
    return _shape.validate_json(text)


def read(text: str, source: str) -> Policy:
    """A policy written in YAML; raises ``manifest.Refused`` naming everything that is wrong with it."""
    content = manifest.parsed(text, source)
    if not isinstance(content, dict):
        raise manifest.Refused(source, ["must be a list of keys and values"])
    try:
        policy = _shape.validate_json(json.dumps(content))
    except ValidationError as error:
        raise manifest.Refused(source, manifest.told(error)) from None
    except (TypeError, ValueError, RecursionError):
        raise manifest.Refused(source, ["holds values that are not text, numbers, lists or keys"]) from None
    if faults := list(_faults(policy)):
        raise manifest.Refused(source, (f"{key}: {reason}" for key, reason in faults))
    return policy


def _faults(policy: Policy) -> Iterator[Fault]:
    """What is wrong with a policy whoever registers by it: the rules of all, asked of a sample."""
    home = f"https://{policy.hosts[0] if policy.hosts else 'portal.example.com'}"
    entry: dict[str, Any] = {name: getattr(policy, name) for name in GIVEN} | {
        "client_id": "sample",
        "name": "Sample",
        "name_en": "Sample",
        "scopes": list(policy.scopes),
        "legal_basis": dict(policy.legal_basis),
        "sector": policy.sector or "sample",
        "grant_types": policy.grant_types,
        "redirect_uris": [f"{home}/callback"] if "authorization_code" in policy.grant_types else [],
        "token_endpoint_auth_method": _SAMPLE_METHOD,
        "jwks_uri": f"{home}/jwks",
        "id_token_signed_response_alg": "ES256",
    }
    settled = {*GIVEN, "scopes", "legal_basis", "sector", "grant_types"}
    _, found = manifest.judge(entry)
    for key, reason in found:
        if key.partition("[")[0] in settled:
            yield key, reason
        elif key.startswith("redirect_uris"):
            yield "hosts", reason
    for position, domain in enumerate(policy.hosts):
        try:
            uris.link(f"https://{domain}/", development=False)
        except ValueError as error:
            yield f"hosts[{position}]", str(error)
    for position, name in enumerate(policy.scopes):
        if scopes.restricted([name]):
            yield f"scopes[{position}]", "is granted by two officers, to nobody who registers himself"
    if not any(scopes.find(name) for name in policy.scopes):
        yield "scopes", "must name at least one scope"
