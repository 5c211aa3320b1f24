"""Versions of policies: drafted, published, undone; nothing is overwritten, nothing is half done."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from idp import policies
from idp.audit import queries as audit_queries
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.divisions import service as places
from idp.policies import Faulty, documents, queries, service
from idp.store import db
from tests.policies import EVERYWHERE, OPERATOR, catalogue, item, publish, rules

pytestmark = pytest.mark.usefixtures("stores")

PROVINCE, CITY, SIBLING = "010000", "010100", "020000"
TREE = "010000,示范省,Demo Province\n010100,示范市,Demo City\n020000,样例省,Sample Province\n"


@pytest.fixture(autouse=True)
def tree(stores: None) -> None:
    places.import_divisions(TREE, reach=EVERYWHERE, operator=OPERATOR)


def events(kind: str) -> list[dict[str, Any]]:
    return [json.loads(event.detail) for event in reversed(audit_queries.events(kind=kind))]


def versions() -> list[tuple[str, str, int]]:
    found = db.fetch_all(text("SELECT kind, division, number FROM policy_version ORDER BY 1, 2, 3"))
    return [tuple(row) for row in found]


def drafts() -> int:
    return len(queries.drafts(EVERYWHERE))


def test_a_published_policy_is_in_force_at_once_and_below() -> None:
    publish("items", catalogue(A_1=item(level=2)), PROVINCE)
    found = policies.current().at(CITY).item("A-1")
    assert found is not None
    assert found.level == 2
    assert policies.current().at(SIBLING).item("A-1") is None
    assert events("policy.change") == [
        {"action": "published", "count": 1, "division": PROVINCE, "operator": OPERATOR, "policy": "items",
         "version": 1, "fingerprint": queries.current("items", PROVINCE).digest},  # type: ignore[union-attr]
    ]  # fmt: skip
    assert drafts() == 0


def test_versions_stay_and_an_undone_one_is_a_new_one() -> None:
    publish("rules", rules(min_level=2), PROVINCE)
    publish("rules", rules(min_level=3), PROVINCE)
    number = service.undo("rules", PROVINCE, 2, why="过严", expected=2, operator=OPERATOR, reach=EVERYWHERE)
    assert number == 3
    assert policies.current().at(CITY).rules.min_level == 2
    told = [(one.number, one.undoes, one.changes, one.why) for one in queries.history("rules", PROVINCE)]
    assert told == [(3, 2, 1, "过严"), (2, None, 1, "试验"), (1, None, 1, "试验")]
    first = service.undo(
        "rules", PROVINCE, 1, why="全部收回", expected=3, operator=OPERATOR, reach=EVERYWHERE
    )
    assert (first, policies.current().at(CITY).rules.min_level) == (4, 1)


def test_what_cannot_be_read_any_more_is_not_put_in_force_again() -> None:
    """A policy that cannot be read closes what it holds for; an undo is no way into that."""
    publish("rules", rules(min_level=2), PROVINCE)
    publish("rules", rules(min_level=3), PROVINCE)
    long_ago, _ = documents.packed({"what": "rules were once"})
    with db.writing_engine().begin() as connection:
        changed = "UPDATE policy_version SET document = :document WHERE number = 1"
        connection.execute(text(changed), {"document": long_ago})
    with pytest.raises(Faulty):
        service.undo("rules", PROVINCE, 2, why="过严", expected=2, operator=OPERATOR, reach=EVERYWHERE)
    assert [number for _, _, number in versions()] == [1, 2]
    assert policies.current().at(CITY).rules.min_level == 3


def test_a_stale_base_is_refused_and_nothing_written() -> None:
    draft = service.draft("rules", PROVINCE, rules(min_level=2), base=0, operator="a", reach=EVERYWHERE)
    publish("rules", rules(min_level=3), PROVINCE)
    before = versions()
    for expected in (0, 1):
        with pytest.raises(Rejected) as refused:
            service.publish(draft, why="迟到", expected=expected, operator="a", reach=EVERYWHERE)
        assert (refused.value.code, refused.value.status) == ("policy.stale", 412)
    with pytest.raises(Rejected, match=r"policy\.stale"):
        service.draft("rules", PROVINCE, rules(), base=0, operator="a", reach=EVERYWHERE)
    with pytest.raises(Rejected, match=r"policy\.stale"):
        service.undo("rules", PROVINCE, 1, why="迟到", expected=0, operator="a", reach=EVERYWHERE)
    assert versions() == before == [("rules", PROVINCE, 1)]
    assert policies.current().at(PROVINCE).rules.min_level == 3


@pytest.mark.parametrize(
    ("division", "reach"),
    [
        pytest.param("000000", Reach(division=PROVINCE), id="the nation is above"),
        pytest.param(SIBLING, Reach(division=PROVINCE), id="a sibling"),
        pytest.param(PROVINCE, Reach(division=CITY), id="the parent"),
        pytest.param(PROVINCE, Reach(division=PROVINCE, department="x"), id="a department is no division"),
        pytest.param("030000", EVERYWHERE, id="no such division"),
    ],
)
def test_nobody_touches_what_is_out_of_reach(division: str, reach: Reach) -> None:
    publish("rules", rules(min_level=2), PROVINCE)
    theirs = service.draft("rules", PROVINCE, rules(min_level=3), base=1, operator="a", reach=EVERYWHERE)
    before = versions()
    with pytest.raises(Rejected) as refused:
        service.draft("rules", division, rules(), base=0, operator="b", reach=reach)
    assert refused.value.status == 404
    with pytest.raises(Rejected) as refused:
        service.undo("rules", division, 1, why="越权", expected=1, operator="b", reach=reach)
    assert refused.value.status == 404
    if not reach.covers(PROVINCE):
        with pytest.raises(Rejected) as refused:
            service.publish(theirs, why="越权", expected=1, operator="b", reach=reach)
        assert refused.value.status == 404
        with pytest.raises(Rejected):
            service.discard(theirs, operator="b", reach=reach)
    assert versions() == before
    assert drafts() == 1


def test_a_draft_is_discarded_once() -> None:
    draft = service.draft("rules", PROVINCE, rules(min_level=2), base=0, operator="a", reach=EVERYWHERE)
    for _ in range(2):
        service.discard(draft, operator="a", reach=EVERYWHERE)
    assert [one["action"] for one in events("policy.draft")] == ["added", "removed"]
    with pytest.raises(Rejected, match="not_found"):
        service.publish(draft, why="已弃", expected=0, operator="a", reach=EVERYWHERE)
    assert versions() == []


def test_a_draft_that_changes_nothing_is_not_published() -> None:
    publish("rules", rules(min_level=2), PROVINCE)
    with pytest.raises(Rejected, match=r"policy\.same"):
        publish("rules", rules(min_level=2), PROVINCE)
    assert versions() == [("rules", PROVINCE, 1)]


@pytest.mark.parametrize("why", ["", "x", "a\u202eb", "<b>", "长" * 301])
def test_a_reason_is_given_in_plain_words(why: str) -> None:
    draft = service.draft("rules", PROVINCE, rules(min_level=2), base=0, operator="a", reach=EVERYWHERE)
    with pytest.raises(Rejected, match=r"policy\.why"):
        service.publish(draft, why=why, expected=0, operator="a", reach=EVERYWHERE)
    assert versions() == []


def test_lists_tell_what_is_in_force_within_reach() -> None:
    publish("rules", rules(min_level=2), PROVINCE)
    publish("rules", rules(min_level=3), PROVINCE)
    publish("items", catalogue(A=item()), CITY)
    publish("rules", rules(min_level=2), SIBLING)
    mine = queries.listed(Reach(division=PROVINCE))
    assert [(one.division, one.kind, one.number) for one in mine] == [
        (PROVINCE, "rules", 2),
        (CITY, "items", 1),
    ]
    everything = queries.listed(EVERYWHERE, most=2)
    rest = queries.listed(EVERYWHERE, after=(everything[-1].division, everything[-1].kind))
    assert [one.division for one in (*everything, *rest)] == [PROVINCE, CITY, SIBLING]


def test_an_item_has_a_history_of_its_own() -> None:
    publish("items", catalogue(A=item()), PROVINCE)
    publish("items", catalogue(A=item(), B=item()), PROVINCE)
    publish("items", catalogue(A=item(level=3), B=item()), PROVINCE)
    publish("items", catalogue(B=item()), PROVINCE)
    told = [
        (one.number, members and members["level"]) for one, members in queries.item_history(PROVINCE, "A")
    ]
    assert told == [(4, None), (3, 3), (1, 1)]
    assert queries.item_history(PROVINCE, "C") == ()
