"""The first page of the console: what waits for whoever is there, and for nobody else."""

import re
from html import unescape

import pytest
from flask import Flask

from idp.divisions import NATION, Reach
from idp.policies import service as policies
from idp.staff import service
from tests.applying import REVIEWER, decide, officer, restricted, submitted
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, Officer, claimed, founder
from tests.policies import EVERYWHERE, rules

pytestmark = pytest.mark.usefixtures("stores")


def waiting(who: Officer) -> dict[str, str]:
    """What the page says: where it leads to, and how many."""
    page = who.get("/admin/").text
    if 'id="waiting"' not in page:
        assert "现在没有等待您处理的事项" in page
        return {}
    listed = page[page.index('id="waiting"') : page.index("</ul>", page.index('id="waiting"'))]
    found = re.findall(r'<a href="/admin/([^"]+)">[^<]+</a> <span class="tag">([^<]+)</span>', listed)
    return {unescape(path): number for path, number in found}


def test_an_application_waits_for_whoever_takes_its_next_step(app: Flask) -> None:
    clerk, chief = (
        Officer(app, role, division=PROVINCE) for role in ("portal_officer", "security_administrator")
    )
    elsewhere = Officer(app, "portal_officer", division=OTHER_PROVINCE)
    assert waiting(clerk) == waiting(chief) == {}
    made = submitted()
    assert waiting(clerk) == {"applications": "1"}
    assert waiting(chief) == waiting(elsewhere) == {}
    decide(made, officer("reviewer", REVIEWER, NATION))
    assert waiting(clerk) == {}
    assert waiting(chief) == {"applications": "1"}


def test_what_is_decided_above_or_is_ones_own_does_not_wait(app: Flask) -> None:
    clerk = Officer(app, "portal_officer", division=CITY)
    submitted("portal-b", place=Reach(division=CITY), **restricted())
    assert waiting(clerk) == {}
    submitted("portal-c", place=Reach(division=CITY))
    assert waiting(clerk) == {"applications": "1"}


def test_an_account_waits_until_security_administration_confirms_it(app: Flask) -> None:
    chief = Officer(app, "security_administrator")
    system = Officer(app, "system_administrator")
    staff_id, token = service.create(
        login_name="m-new", name="新人", reach=Reach(division=NATION), actor=founder()
    )
    assert waiting(chief) == {}
    claimed(token)
    assert waiting(chief) == {"staff?status=claimed": "1"}
    assert waiting(system) == {}
    page = chief.get("/admin/staff?status=claimed").text
    assert "m-new" in page
    assert system.member.login_name not in page
    service.confirm(staff_id, actor=chief.member)
    assert waiting(chief) == {}
    assert "没有待启用的账号" in chief.get("/admin/staff?status=claimed").text


def test_a_draft_waits_for_whoever_may_publish_it(app: Flask) -> None:
    chief, clerk = Officer(app, "security_administrator"), Officer(app, "portal_officer")
    policies.draft("rules", NATION, rules(min_level=2), base=0, operator="somebody", reach=EVERYWHERE)
    assert waiting(chief) == {"policies": "1"}
    assert waiting(clerk) == {}
