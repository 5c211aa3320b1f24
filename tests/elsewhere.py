"""One of everything that is administered at one place, for walks over all pages and operations."""

from dataclasses import dataclass
from typing import Any

from clients.applications import Applicant
from clients.applications import service as applying
from idp import audit, keyring
from idp.announcements import service as announcing
from idp.audit import jobs
from idp.audit import service as record
from idp.audit.alarm import Sign
from idp.base import clock
from idp.divisions import Reach
from idp.policies import KindName
from idp.policies import service as policies
from idp.statistics import jobs as counting
from tests.actors import portal
from tests.applying import FILING, registration, submitted
from tests.officers import appointed
from tests.packages.admin.test_portals import notice
from tests.policies import EVERYWHERE, OPERATOR, branding, publish, rules

DOCUMENTS: dict[KindName, tuple[dict[str, Any], dict[str, Any]]] = {
    "rules": (rules(min_level=2), rules(min_level=3)),
    "branding": (branding(hotline="12345"), branding(hotline="12333")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What stands at a place, by the name that an address gives it."""

    addressed: dict[str, str]
    """By placeholder; ``draft_id`` of rules."""
    branded: dict[str, str]
    """The same where an address is of branding."""
    marks: frozenset[str]
    """What lists show to those who reach the place, and to nobody else."""
    own: frozenset[str]
    """What lists show to its owner alone."""


def things(name: str, place: Reach) -> Things:
    """A portal with its notice and announcement, an application, a member, policies, drafts, an alarm."""
    title = f"{name}的门户"
    one = portal(f"{name}-portal", division=place.division, department=place.department, name=title)
    client_id = one.client.client_id
    begins = clock.now()
    announcement = announcing.announce(
        client_id, text="公告", text_en="News", starts_at=begins, ends_at=begins + 86_400, operator="x"
    )
    member, _ = appointed("support", division=place.division, department=place.department)
    application = submitted(f"{name}-asked", place=place)
    own = Applicant(id=member.id, reach=place)
    filing = applying.draft(f"{name}-filed", entry=registration(), filing=FILING, place=place, actor=own)
    sign = Sign(
        kind="lookup", subject=client_id, count=9, division=place.division, department=place.department
    )
    record.keep_alarms([sign], begins)
    for _ in range(5):
        audit.record("login.success", client=client_id, region=place.division, level=2, seconds=20)
    jobs.ship()
    counting.count_record()
    delivery = notice(client_id)
    addressed = {
        "client_id": client_id, "announcement_id": announcement, "application_id": application,
        "delivery_id": delivery, "staff_id": member.id, "division": place.division, "number": "1",
        "kid": keyring.current().entries[0].kid, "kind": "rules", "draft_id": _draft("rules", place),
    }  # fmt: skip
    branded = addressed | {"kind": "branding", "draft_id": _draft("branding", place)}
    marks = {client_id, title, application, f"{name}-asked", delivery, member.id, member.login_name}
    return Things(
        addressed=addressed,
        branded=branded,
        marks=frozenset({*marks, addressed["draft_id"], branded["draft_id"]}),
        own=frozenset({announcement, filing, f"{name}-filed"}),
    )


def _draft(kind: KindName, place: Reach) -> str:
    """A draft of the version after the one in force; its id."""
    held, wanted = DOCUMENTS[kind]
    base = publish(kind, held, place.division)
    return policies.draft(kind, place.division, wanted, base=base, operator=OPERATOR, reach=EVERYWHERE)
