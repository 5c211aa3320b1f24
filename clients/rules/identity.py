"""Who the client is, in identifiers and in words."""

import re
from collections.abc import Iterator

from clients import texts
from clients.client import Client
from clients.rules.rule import MOST_URIS, Fault, Terms, judged
from idp.base.errors import Rejected
from idp.divisions import division as code

CLIENT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)
_SECTOR = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?", re.ASCII)
_DEPARTMENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_AUDIENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,199})", re.ASCII)


def identifiers(client: Client, terms: Terms) -> Iterator[Fault]:
    """Identifiers of bounded form, and one sector."""
    if not CLIENT_ID.fullmatch(client.client_id):
        yield "client_id", "must be 1 to 64 lower-case letters, digits and inner hyphens"
    try:
        code.checked(client.division)
    except Rejected:
        yield "division", "must be a code of six digits (GB/T 2260)"
    if client.department and not _DEPARTMENT.fullmatch(client.department):
        yield "department", "must be the id of a department"
    if not client.sector:
        yield "sector", "must be given when redirect URIs have several hosts (OIDC Core §8.1)"
    elif not _SECTOR.fullmatch(client.sector):
        yield "sector", "must be 1 to 100 lower-case letters, digits, dots and hyphens"
    audience = (client.audience,) if client.audience else ()
    for key, names in (("audience", audience), ("introspects", client.introspects)):
        if len(names) > MOST_URIS or not all(_AUDIENCE.fullmatch(name) for name in names):
            yield key, f"must name at most {MOST_URIS} audiences of 1 to 200 URI characters"


def words(client: Client, terms: Terms) -> Iterator[Fault]:
    """Texts that a citizen can read and that hide nothing."""
    for key, longest, judge in (
        ("name", 60, texts.name),
        ("name_en", 100, texts.name),
        ("organization", 100, texts.name),
        ("organization_en", 160, texts.name),
        ("contact", 200, texts.prose),
        ("purpose", 300, texts.prose),
        ("purpose_en", 600, texts.prose),
        ("retention", 200, texts.prose),
        ("retention_en", 400, texts.prose),
    ):
        value = getattr(client, key)
        if not 2 <= len(value) <= longest:
            yield key, f"must have 2 to {longest} characters"
        else:
            yield from judged(key, judge, value)
