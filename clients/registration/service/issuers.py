"""Whose software statements are believed."""

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from clients import jwks
from clients.models import SoftwareIssuerRow
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.store.db import transaction

_ISSUER = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


def add(issuer: str, keys: Mapping[str, Any], *, operator: str) -> None:
    """Believe statements that one of these public keys signed; keys known so far are replaced."""
    check(issuer, keys)
    _add(issuer, keys, operator)


def check(issuer: str, keys: Mapping[str, Any]) -> None:
    """Raise ``Rejected`` unless this is a name with public keys."""
    if not _ISSUER.fullmatch(issuer):
        raise Rejected("software_issuer.name", "the issuer must have 1 to 200 visible ASCII characters")
    try:
        jwks.check(keys)
    except ValueError as error:
        raise Rejected("software_issuer.jwks", f"the key set {error}") from None


def remove(issuer: str, *, operator: str) -> None:
    """Believe no further statement of this issuer; clients that registered by one stay."""
    _remove(issuer, operator)


@transaction
def _add(session: Session, issuer: str, keys: Mapping[str, Any], operator: str) -> None:
    put(session, issuer, keys, operator=operator)


@transaction
def _remove(session: Session, issuer: str, operator: str) -> None:
    take_away(session, issuer, operator=operator)


def put(session: Session, issuer: str, keys: Mapping[str, Any], *, operator: str) -> None:
    """Believe an issuer that was checked, within a larger change."""
    row: SoftwareIssuerRow | None = session.get(SoftwareIssuerRow, issuer)
    action = "added" if row is None else "replaced"
    if row is None:
        row = SoftwareIssuerRow(issuer=issuer, created_at=clock.now(), created_by=operator)
        session.add(row)
    row.jwks = json.dumps(dict(keys))
    audit.record_in(session, "software_issuer.change", action=action, source=issuer, operator=operator)


def take_away(session: Session, issuer: str, *, operator: str) -> None:
    """Believe an issuer no more, within a larger change."""
    row: SoftwareIssuerRow | None = session.get(SoftwareIssuerRow, issuer)
    if row is None:
        raise Rejected("software_issuer.unknown", "no issuer of software statements has this name")
    session.delete(row)
    audit.record_in(session, "software_issuer.change", action="removed", source=issuer, operator=operator)
