"""Whose software statements are believed (RFC 7591 §2.3): of the platform as a whole, public keys alone."""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from clients.registration import queries
from clients.registration.service import issuers
from idp.base.errors import Rejected
from idp.configuration.configuration import Change, Entry
from idp.configuration.judging import Judging
from idp.configuration.sections.section import Fetched, Section, whole_platform
from idp.divisions import Reach

NAME = "software_issuers"
_MEMBERS = {"issuer": str, "jwks": dict}
_PERMISSION = "admin:clients:write"


def _read(reach: Reach, _sections: dict[str, list[Entry]]) -> list[Entry]:
    return [{"issuer": row.issuer, "jwks": json.loads(row.jwks)} for row in queries.software_issuers()]


def _judge(judging: Judging) -> None:
    for path, entry, before in judging.differing(NAME, "issuer", _MEMBERS, {}):
        try:
            issuers.check(entry["issuer"], entry["jwks"])
        except Rejected as refused:
            judging.fault(path, refused.hint)
            continue
        judging.changed(NAME, entry["issuer"], before, entry, permission=_PERMISSION, subject=entry["jwks"])
    judging.changes += [
        Change(section=NAME, name=entry["issuer"], action="removed", permission=_PERMISSION)
        for entry in judging.left_out(NAME, "issuer")
    ]


def _write(session: Session, changes: Sequence[Change], operator: str, _fetched: Fetched) -> None:
    for change in changes:
        if change.action == "removed":
            issuers.take_away(session, change.name, operator=operator)
        else:
            issuers.put(session, change.name, change.subject, operator=operator)


SECTION = Section(name=NAME, applies=whole_platform, read=_read, judge=_judge, write=_write)
