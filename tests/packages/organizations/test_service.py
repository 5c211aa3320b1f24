"""Organisations in the database: codes, states and who stands for whom."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from idp import organizations
from idp.base import clock
from idp.base.errors import Rejected
from idp.organizations import service
from idp.organizations.organization import Status
from idp.store import db
from tests.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("stores")

FIRM = "91010101MA01DEM07P"
SHOP = "92020101MA03ABCD7B"
ZHANG = "2d0f52a5-5f0b-4cc1-8d6e-6b3f8a0f1c11"
LI = "7f6e2b90-0c6f-4a0e-9a44-5a6f6f0c2d22"


def register(uscc: str = FIRM, **more: str) -> str:
    return service.register(uscc=uscc, **({"name": "示范甲一贸易有限公司"} | more))  # type: ignore[arg-type]


def events(kind: str) -> list[dict[str, object]]:
    with db.reading() as connection:
        found = connection.execute(text("SELECT * FROM audit_event WHERE kind = :kind"), {"kind": kind})
        return [dict(row._mapping) for row in found]


def test_an_organisation_is_found_by_its_code_however_it_is_spelt() -> None:
    organization_id = register(name_en="Demo Trading")
    found = organizations.find_by_code("９１０１０１０１ma01dem07p ")
    assert found is not None
    assert found == organizations.find(organization_id)
    assert (found.uscc, found.kind, found.region, found.status) == (FIRM, "enterprise", "010101", "active")
    assert (found.name, found.name_en, found.active) == ("示范甲一贸易有限公司", "Demo Trading", True)
    assert organizations.find_by_code(SHOP) is None
    assert organizations.find_by_code("") is None
    assert organizations.find("no such id") is None
    assert len(events("organization.register")) == 1


def test_a_code_is_registered_once() -> None:
    register()
    with pytest.raises(Rejected, match=r"organization\.exists"):
        register("91010101ma01dem07p", name="另一公司")
    assert len(events("organization.register")) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"uscc": "91010101MA000012X1"}, {"name": " "}, {"name": "a\nb"}, {"region": "01"}, {"parent_uscc": "1"}],
)
def test_a_refused_registration_leaves_nothing_behind(wrong: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        register(**wrong)
    assert organizations.find_by_code(FIRM) is None
    assert events("organization.register") == []


def test_a_branch_names_the_body_it_belongs_to() -> None:
    branch = organizations.find(register("91010102MA02TERT4M", parent_uscc=FIRM.lower()))
    assert branch is not None
    assert branch.parent_uscc == FIRM


def test_older_codes_lead_to_the_same_organisation() -> None:
    organization_id = register()
    service.add_older_code(organization_id, "MA01DEM0-7")
    service.add_older_code(organization_id, "010101000000013")
    for older in ("ma01dem07", "010101 000000013"):
        found = organizations.find_by_code(older)
        assert found is not None
        assert found.id == organization_id
    assert [row.type for row in organizations.identifiers(organization_id)].count("credit_code") == 1


def test_a_replaced_code_leads_nowhere_and_stays_in_the_history() -> None:
    organization_id = register()
    service.replace_code(organization_id, "91010101MA0000437X", reason="corrected", operator="clerk-1")
    found = organizations.find_by_code("91010101MA0000437X")
    assert found is not None
    assert (found.id, found.uscc) == (organization_id, "91010101MA0000437X")
    assert organizations.find_by_code(FIRM) is None
    past, present = sorted(organizations.identifiers(organization_id), key=lambda row: row.valid_to is None)
    assert (past.value, past.replaced_by, past.reason) == (FIRM, present.id, "corrected")
    assert register() != organization_id


def test_a_representative_acts_for_the_organisation_from_when_to_when(time_travel: MovableClock) -> None:
    organization_id = register()
    now = clock.now()
    service.add_representative(organization_id, ZHANG, valid_from=now + 60, valid_to=now + 120)
    assert not organizations.represents(ZHANG, organization_id)
    time_travel.advance(61)
    assert organizations.represents(ZHANG, organization_id)
    assert not organizations.represents(LI, organization_id)
    assert [found.id for found in organizations.represented_by(ZHANG)] == [organization_id]
    time_travel.advance(60)
    assert not organizations.represents(ZHANG, organization_id)
    assert organizations.represented_by(ZHANG) == ()


def test_a_change_of_representative_takes_effect_at_once() -> None:
    organization_id = register()
    service.add_representative(organization_id, ZHANG)
    service.end_representative(organization_id, ZHANG, source="register")
    service.add_representative(organization_id, LI, role="person_in_charge")
    assert not organizations.represents(ZHANG, organization_id)
    assert organizations.represents(LI, organization_id)
    assert {link.person_id: link.role for link in organizations.representations(organization_id)} == {
        ZHANG: "legal_representative",
        LI: "person_in_charge",
    }
    with pytest.raises(Rejected, match=r"representative\.unknown"):
        service.end_representative(organization_id, ZHANG)
    with pytest.raises(Rejected, match=r"representative\.exists"):
        service.add_representative(organization_id, LI)


@pytest.mark.parametrize("status", ["revoked", "cancelled", "abnormal"])
def test_nobody_acts_for_an_organisation_that_is_not_active(status: Status) -> None:
    organization_id = register()
    service.add_representative(organization_id, ZHANG)
    service.set_status(organization_id, status, source="register")
    assert not organizations.represents(ZHANG, organization_id)
    (shown,) = organizations.represented_by(ZHANG)
    assert (shown.status, shown.active) == (status, False)
    assert {row["organization"] for row in events("organization.status")} == {organization_id}
    service.set_status(organization_id, "active")
    assert organizations.represents(ZHANG, organization_id)


def test_one_person_may_stand_for_several() -> None:
    firm, shop = register(), register(SHOP, name="甲小店")
    for organization_id in (firm, shop):
        service.add_representative(organization_id, ZHANG)
    assert {found.kind for found in organizations.represented_by(ZHANG)} == {
        "enterprise",
        "individual_business",
    }


def test_of_many_who_link_one_representative_at_once_one_succeeds() -> None:
    organization_id = register()
    gate = Barrier(6)

    def link(_: int) -> str:
        gate.wait()
        try:
            service.add_representative(organization_id, ZHANG)
        except Rejected as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(link, range(6))) == ["done"] + ["representative.exists"] * 5
    assert len(organizations.representations(organization_id)) == 1


def test_what_does_not_exist_cannot_be_changed() -> None:
    with pytest.raises(Rejected, match=r"organization\.unknown"):
        service.set_status("no such id", "revoked")
    with pytest.raises(ValueError, match="asleep"):
        service.set_status(register(), "asleep")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="friend"):
        service.add_representative("any", ZHANG, role="friend")  # type: ignore[arg-type]
