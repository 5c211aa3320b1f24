"""A draft tried on a known week: golden counts, for what is in force decides as requests will be decided."""

from typing import Any

import pytest

from idp import audit
from idp.audit import jobs
from idp.divisions import NATION
from idp.policies import Draft, KindName, queries, service, trial
from idp.policies.trial import Trial
from idp.policies.whatif import Size
from tests.actors import portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.policies import EVERYWHERE, OPERATOR, branding, catalogue, item, publish, rules

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def week(stores: None) -> None:
    """Who entered last week: a city's portal for two items, for none, and for companies; one far away."""
    grow_tree()
    portal("city", division=CITY, subject_types_allowed=("natural", "legal"))
    portal("far", division=OTHER_PROVINCE)
    publish("items", catalogue(LICENCE=item(level=2), REGISTER=item(level=1)))
    enter("city", 12, item="LICENCE", level=2)
    enter("city", 6, item="LICENCE", level=3)
    enter("city", 9, item="REGISTER", level=1)
    enter("city", 7, level=1)
    enter("city", 8, item="LICENCE", level=3, organization="org")
    enter("city", 5, level=2, scope="openid phone offline_access")
    enter("far", 10, item="LICENCE", level=2)
    jobs.ship()


_made = 0


def enter(client: str, times: int, **told: Any) -> None:
    """So many entries of as many persons."""
    global _made
    for _ in range(times):
        _made += 1
        members = {"person": f"p{_made}", "session": f"s{_made}", "scope": "openid profile"} | told
        audit.record("authz.grant", client=client, **members)


def tried(kind: KindName, document: object, division: str = PROVINCE) -> Trial:
    return trial.run(drafted(kind, document, division))


def drafted(kind: KindName, document: object, division: str = PROVINCE) -> Draft:
    before = queries.current(kind, division)
    made = service.draft(
        kind, division, document, base=before.number if before else 0, operator=OPERATOR, reach=EVERYWHERE
    )
    found = queries.draft(made)
    assert found
    return found


def counts(found: Trial) -> dict[str, int | None]:
    """Entries by outcome, without those that did not come about."""
    return {name: size.entries for name, size in found.report.outcomes if size.entries != 0}


def test_an_item_raised_to_level_three_asks_those_who_had_less(week: None) -> None:
    found = tried("items", catalogue(LICENCE=item(level=3)))
    assert counts(found) == {"higher": 12, "unchanged": 35}
    assert found.report.total == Size(entries=47, persons=47)
    assert found.report.levels == ((2, 3, Size(entries=12, persons=12)),)
    assert found.report.portals == (("city", Size(entries=47, persons=47), Size(entries=12, persons=12)),)
    assert found.bound == ""


def test_in_the_nation_the_other_province_is_asked_too(week: None) -> None:
    found = tried("items", catalogue(LICENCE=item(level=3), REGISTER=item(level=1)), NATION)
    assert counts(found) == {"higher": 22, "unchanged": 35}
    assert [client for client, *_ in found.report.portals] == ["city", "far"]


def test_an_item_taken_from_the_catalogue_is_refused_to_all_who_named_it(week: None) -> None:
    found = tried("items", catalogue(REGISTER=item(level=1)), NATION)
    assert counts(found) == {"refused": 36, "unchanged": 21}
    assert found.report.reasons == (("item.unknown", Size(entries=36, persons=36)),)


def test_an_item_for_natural_persons_alone_refuses_who_acts_for_a_company(week: None) -> None:
    found = tried("items", catalogue(LICENCE=item(level=2, user_types=["natural"], mandate_kinds=[])))
    assert counts(found) == {"refused": 8, "unchanged": 39}
    assert found.report.reasons == (("item.subject", Size(entries=8, persons=8)),)


def test_scopes_that_an_item_does_not_list_are_lost(week: None) -> None:
    found = tried("items", catalogue(REGISTER=item(scopes=[])))
    assert counts(found) == {"narrower": 9, "unchanged": 38}
    assert found.report.scopes == (("profile", Size(entries=9, persons=9)),)


def test_lowering_what_is_in_force_is_told_as_such(week: None) -> None:
    found = tried("items", catalogue(LICENCE=item(level=1), REGISTER=item(level=1)), NATION)
    assert counts(found) == {"eased": 36, "unchanged": 21}


def test_what_another_level_demands_already_changes_nothing(week: None) -> None:
    publish("items", catalogue(LICENCE=item(level=3)), CITY)
    assert counts(tried("items", catalogue(LICENCE=item(level=3)))) == {"unchanged": 47}


def test_rules_of_a_region_are_tried_on_companies_levels_and_lasting_access(week: None) -> None:
    assert counts(tried("rules", rules(min_level=2))) == {"higher": 16, "unchanged": 31}
    assert counts(tried("rules", rules(legal_level=4))) == {"higher": 8, "unchanged": 39}
    found = tried("rules", rules(offline_access=False))
    assert counts(found) == {"narrower": 5, "unchanged": 42}
    assert found.report.scopes == (("offline_access", Size(entries=5, persons=5)),)


def test_the_age_of_logins_is_tried_where_it_is_known(week: None, time_travel: MovableClock) -> None:
    for n in range(6):
        audit.record("login.success", person=f"q{n}", session=f"t{n}", level=2)
    time_travel.advance(1800)
    for n in range(6):
        audit.record("authz.grant", client="city", person=f"q{n}", session=f"t{n}", scope="openid", level=2)
    jobs.ship()
    assert counts(tried("rules", rules(max_age=900))) == {"again": 6, "unchanged": 47}
    assert counts(tried("rules", rules(max_age=3600))) == {"unchanged": 53}


def test_of_branding_it_is_told_how_many_would_have_seen_it(week: None) -> None:
    found = tried("branding", branding(name="示范省政务", name_en="Demo services"))
    assert counts(found) == {"unchanged": 47}


def test_a_trial_is_kept_for_a_while_and_made_anew_when_asked(week: None) -> None:
    draft = drafted("items", catalogue(LICENCE=item(level=3)))
    first = trial.of(draft)
    enter("city", 5, item="LICENCE", level=2)
    jobs.ship()
    assert trial.of(draft) == first
    assert counts(trial.of(draft, anew=True))["higher"] == 15
    assert counts(trial.of(draft))["higher"] == 15


def test_a_portal_that_is_gone_is_asked_nothing(week: None) -> None:
    enter("gone", 5, item="LICENCE", level=1)
    jobs.ship()
    found = tried("items", catalogue(LICENCE=item(level=4)), NATION)
    assert counts(found) == {"refused": 9, "higher": 36, "unchanged": 17}
