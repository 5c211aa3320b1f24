"""What is restricted: for named items, until a day, encrypted, on the word of two officers (domain 5.2)."""

from collections.abc import Iterator

from clients import authorization_details, scopes, texts
from clients.client import Client
from clients.rules.rule import Fault, Terms, distinct, judged
from idp.base import clock

LONGEST = 366 * 86400
_MOST_ITEMS = 50
_REFERENCE = (4, 200)
_ASSESSMENT = 64


def restricted(client: Client, terms: Terms) -> Iterator[Fault]:
    """Items, assessment, end, law and encryption of a client that has something restricted."""
    yield from _references(client)
    if not distinct(client.item_codes) or len(client.item_codes) > _MOST_ITEMS:
        yield "item_codes", f"must name at most {_MOST_ITEMS} items, each once"
    if not all(authorization_details.CODE.fullmatch(code) for code in client.item_codes):
        yield "item_codes", "must be 1 to 64 letters, digits, dots, hyphens and underscores"
    named = scopes.restricted(client.scopes)
    if not named:
        if client.impact_assessment or client.restricted_until:
            yield "restricted_until", "and impact_assessment belong to a scope that is restricted"
        return
    if not (terms.approved or terms.development):
        yield "scopes", f"{named[0]} is granted by two officers on an application, and by nothing else"
    yield from _demands(client, named)


def _demands(client: Client, named: tuple[str, ...]) -> Iterator[Fault]:
    if "authorization_code" not in client.grant_types:
        yield "scopes", f"{named[0]} needs the grant authorization_code"
    if not client.item_codes:
        yield "item_codes", f"must name the service items that {named[0]} is for"
    if not client.impact_assessment:
        yield "impact_assessment", f"must give the number of the assessment of {named[0]} (PIPL art. 55)"
    elif len(client.impact_assessment) > _ASSESSMENT:
        yield "impact_assessment", f"must have at most {_ASSESSMENT} characters"
    else:
        yield from judged("impact_assessment", texts.name, client.impact_assessment)
    if not clock.now() < client.restricted_until <= clock.now() + LONGEST:
        yield "restricted_until", "must lie ahead, within a year"
    if not client.userinfo_encrypted_response_alg or not (client.jwks_uri or client.key_set("enc").keys):
        yield "userinfo_encrypted_response_alg", f"and an encryption key must be registered for {named[0]}"
    for name in named:
        basis = client.legal_basis.get(name)
        if basis not in ("statutory_duty", "separate_consent"):
            yield "legal_basis", f"of {name} must be statutory_duty or separate_consent"
        elif basis == "statutory_duty" and name not in client.legal_reference:
            yield "legal_reference", f"must name the law behind the statutory duty for {name}"


def _references(client: Client) -> Iterator[Fault]:
    if client.legal_reference.keys() - set(client.scopes):
        yield "legal_reference", "names a scope that the client does not have"
    for text in client.legal_reference.values():
        if not _REFERENCE[0] <= len(text) <= _REFERENCE[1]:
            yield "legal_reference", f"must have {_REFERENCE[0]} to {_REFERENCE[1]} characters"
        else:
            yield from judged("legal_reference", texts.prose, text)
