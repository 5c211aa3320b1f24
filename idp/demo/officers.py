"""The demonstration's staff: three administrations and whom they appointed, with new credentials each."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyotp

from idp import divisions, staff
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.divisions import NATION, Reach
from idp.divisions import service as tree
from idp.personas.credentials import password
from idp.staff import ROLES, Member, service

_TREE = Path(__file__).with_name("divisions.csv")
_PROVINCE = "010000"

#: The first of each administration, then who is appointed by them: login name, name, role.
FIRST = (
    ("system", "林示系", "system_administrator"),
    ("security", "安示全", "security_administrator"),
    ("audit", "申示计", "audit_administrator"),
)
APPOINTED = (
    ("portal-officer", "管示一", "portal_officer"),
    ("province-security", "管示二", "security_administrator"),
    ("support", "客示服", "support"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerCredentials:
    """What one of staff logs in with."""

    login_name: str
    name: str
    role: str
    role_en: str
    place: str
    place_en: str
    password: Secret
    totp: Secret


def appoint() -> list[OfficerCredentials]:
    """Grow the tree and give every account a password and a generator of this start."""
    nation = Reach(division=NATION)
    tree.import_divisions(_TREE.read_text(encoding="utf-8"), reach=nation, operator="demo")
    ready = [_first(*one) for one in FIRST]
    system, security = _known("system"), _known("security")
    return [*ready, *(_appointed(*one, system, security) for one in APPOINTED)]


def _first(login_name: str, name: str, role: str) -> OfficerCredentials:
    known = staff.find_by_name(login_name)
    token = (
        service.new_link(known.id, actor=None)
        if known
        else service.bootstrap(login_name=login_name, name=name, role=role)
    )
    return _claimed(login_name, name, role, token)


def _appointed(login_name: str, name: str, role: str, system: Member, security: Member) -> OfficerCredentials:
    if known := staff.find_by_name(login_name):
        return _claimed(login_name, name, role, service.new_link(known.id, actor=None))
    staff_id, token = service.create(
        login_name=login_name, name=name, reach=Reach(division=_PROVINCE), actor=system
    )
    ready = _claimed(login_name, name, role, token)
    service.confirm(staff_id, actor=security)
    service.grant(staff_id, (role,), actor=security)
    return ready


def _claimed(login_name: str, name: str, role: str, token: Secret) -> OfficerCredentials:
    chosen, seed = Secret(password().reveal().title()), Secret(pyotp.random_base32())
    _claim(token, chosen, seed)
    known, place = ROLES[role], divisions.find(_known(login_name).reach.division)
    if place is None:
        raise LookupError(login_name)
    return OfficerCredentials(
        login_name=login_name,
        name=name,
        role=known.chinese,
        role_en=known.english,
        place=place.name,
        place_en=place.name_en,
        password=chosen,
        totp=seed,
    )


def _claim(token: Secret, chosen: Secret, seed: Secret) -> None:
    """Use the link; proved by the generator's code before, so that the code of this moment stays good."""
    generator = pyotp.TOTP(seed.reveal())
    # The second try is for a step that ended between making a code and checking it.
    for _ in range(2):
        with suppress(Rejected):
            service.claim(
                token.reveal(), chosen.reveal(), seed, generator.at(clock.now() - generator.interval)
            )
            return
    raise RuntimeError("a code of the generator's own was refused")


def _known(login_name: str) -> Member:
    found = staff.find_by_name(login_name)
    if found is None:
        raise LookupError(login_name)
    return found
