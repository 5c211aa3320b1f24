"""The register of claims: scope → claim → how it is read (decision 0009 for the names that are ours).

The ID number itself stands in no row: nothing that reads this register can give it away. It has a way of its
own (``idp.claims.restricted``).
"""

from collections.abc import Callable
from typing import Any

from idp import keyring
from idp.claims import restricted
from idp.claims.facts import Facts, is_over
from idp.organizations import Organization

Read = Callable[[Facts], Any]


def _over(years: int) -> Read:
    return lambda f: is_over(f.person.birthdate, years) if f.person.birthdate else None


def _organization(name: str) -> Read:
    return lambda f: getattr(f.organization, name) if f.organization else None


def acted_for(organization: Organization, sector: str) -> dict[str, Any]:
    """The organisation acted for, as ``on_behalf_of`` says it (RFC 8693 §4.1 turned round)."""
    return {
        "type": "org",
        "sub": keyring.pairwise(sector, organization.id),
        "uscc": organization.uscc,
        "name": organization.name,
        "role": "legal_representative",
    }


REGISTER: tuple[tuple[str, str, Read], ...] = (
    ("profile", "name_masked", lambda f: f.person.name_masked),
    ("profile", "user_type", lambda f: "legal" if f.organization else "natural"),
    ("profile", "profile_version", lambda f: f.person.profile_version),
    ("profile", "ial", lambda f: f.person.ial),
    ("profile", "aal", lambda f: f.aal),
    ("realname", "name", lambda f: f.person.name),
    ("realname", "real_name_level", lambda f: f.person.ial),
    ("age", "age_over_14", _over(14)),
    ("age", "age_over_16", _over(16)),
    ("age", "age_over_18", _over(18)),
    ("age", "age_over_60", _over(60)),
    ("age", "age_over_65", _over(65)),
    ("region", "service_region", lambda f: f.person.service_region),
    ("phone", "phone_number", lambda f: f.person.phone),
    ("phone", "phone_number_verified", lambda f: True if f.person.phone else None),
    ("phone", "phone_number_masked", lambda f: f.person.phone_masked),
    ("profile.full", "gender", lambda f: f.person.gender),
    ("profile.full", "birthdate", lambda f: f.person.birthdate.isoformat() if f.person.birthdate else None),
    ("profile.full", "nationality", lambda f: f.person.nationality),
    ("profile.full", "hmt", lambda f: f.person.hmt),
    ("idcard.masked", "id_type", lambda f: f.person.id_type),
    ("idcard", "id_type", lambda f: f.person.id_type),
    ("idcard.masked", "id_number_masked", lambda f: f.person.id_number_masked),
    ("org", "org_uscc", _organization("uscc")),
    ("org", "org_name", _organization("name")),
    ("org", "org_type", _organization("kind")),
    ("org", "org_status", _organization("status")),
    ("org", "org_sub", lambda f: f.organization_subject),
    ("org", "legal_representative", lambda f: True if f.organization else None),
    ("mandate", "on_behalf_of", lambda f: acted_for(f.organization, f.sector) if f.organization else None),
)


def userinfo_claims(facts: Facts, scopes: tuple[str, ...]) -> dict[str, Any]:
    """What UserInfo answers for these scopes; a fact nobody knows is left out (OIDC Core §5.3.2)."""
    read = {name: fact(facts) for scope, name, fact in REGISTER if scope in scopes}
    return {"sub": facts.subject} | {name: value for name, value in read.items() if value not in (None, "")}


def id_token_claims(
    scopes: tuple[str, ...], *, ial: int, aal: int, organization: Organization | None, sector: str
) -> dict[str, Any]:
    """What the ID token says beyond the protocol's own claims; made without a look at the person."""
    extra: dict[str, Any] = {}
    if "profile" in scopes:
        extra = {"user_type": "legal" if organization else "natural", "ial": ial, "aal": aal}
    if organization is not None:
        extra["on_behalf_of"] = acted_for(organization, sector)
    return extra


def names() -> tuple[str, ...]:
    """All claims that may be answered, for discovery's ``claims_supported``."""
    return (*dict.fromkeys(name for _, name, _ in REGISTER), restricted.ID_NUMBER)
