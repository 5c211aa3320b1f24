"""What a draft would have changed: known visits, known counts."""

import pytest

from idp.policies.whatif import OUTCOMES, Asked, Entry, Report, Size, Tally, Visit, outcome, rounded

LICENCE = "DEMO-ITEM-0001"
ENTRY = Entry(client="tax", item=LICENCE, scopes="openid profile", level=2, legal=False)


def visit(person: int = 0, *, age: int | None = None, **changes: object) -> Visit:
    members = {name: getattr(ENTRY, name) for name in Entry.__slots__} | changes
    return Visit(entry=Entry(**members), person=f"p{person}", age=age)


def counted(visits: list[Visit], before: Asked, after: Asked) -> Report:
    tally = Tally(lambda entry: before, lambda entry: after)
    tally.add(visits)
    return tally.report()


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (Asked(), Asked(), "unchanged"),
        (Asked(), Asked(level=2), "unchanged"),
        (Asked(), Asked(level=3), "higher"),
        (Asked(level=3), Asked(level=3), "unchanged"),
        (Asked(level=3), Asked(level=4), "higher"),
        (Asked(level=3), Asked(level=1), "eased"),
        (Asked(), Asked(refused="item", level=3), "refused"),
        (Asked(refused="item"), Asked(refused="item"), "unchanged"),
        (Asked(refused="item"), Asked(), "eased"),
        (Asked(), Asked(max_age=600), "again"),
        (Asked(), Asked(max_age=1200), "unchanged"),
        (Asked(max_age=600), Asked(max_age=300), "unchanged"),
        (Asked(), Asked(lost=frozenset({"profile"})), "narrower"),
        (Asked(lost=frozenset({"profile"})), Asked(lost=frozenset({"profile"})), "unchanged"),
        (Asked(lost=frozenset({"profile"})), Asked(), "eased"),
        (Asked(), Asked(level=3, max_age=600, lost=frozenset({"profile"})), "higher"),
    ],
)
def test_each_visit_counts_under_the_gravest_that_is_new(before: Asked, after: Asked, found: str) -> None:
    assert outcome(visit(age=1000), before, after) == found


def test_of_a_login_whose_age_is_not_known_nothing_is_said() -> None:
    assert outcome(visit(age=None), Asked(), Asked(max_age=60)) == "unchanged"


def test_ten_persons_at_level_two_would_be_asked_for_level_three() -> None:
    visits = [visit(n % 10) for n in range(30)] + [visit(100 + n, level=3) for n in range(7)]
    report = counted(visits, Asked(), Asked(level=3))
    assert report.total == Size(entries=37, persons=17)
    assert dict(report.outcomes) == {
        **dict.fromkeys(OUTCOMES, Size(entries=0, persons=0)),
        "higher": Size(entries=30, persons=10),
        "unchanged": Size(entries=7, persons=7),
    }
    assert report.levels == ((2, 3, Size(entries=30, persons=10)),)
    assert report.portals == (("tax", Size(entries=37, persons=17), Size(entries=30, persons=10)),)
    assert report.reasons == report.scopes == ()


def test_scopes_that_would_be_lost_and_reasons_are_counted_by_name() -> None:
    lost = counted([visit(n) for n in range(6)], Asked(), Asked(lost=frozenset({"profile", "phone"})))
    six = Size(entries=6, persons=6)
    assert lost.scopes == (("phone", six), ("profile", six))
    refused = counted([visit(n) for n in range(6)], Asked(), Asked(refused="item"))
    assert refused.reasons == (("item", six),)


def test_of_fewer_than_five_persons_nothing_is_counted_out() -> None:
    visits = [visit(n % 4) for n in range(40)] + [visit(10 + n, client="health") for n in range(5)]
    report = counted(visits, Asked(), Asked(level=3))
    hidden = Size(entries=None, persons=None)
    assert report.portals == (("tax", hidden, hidden), ("health", *[Size(entries=5, persons=5)] * 2))
    assert report.total == Size(entries=45, persons=9)


def test_a_hidden_group_is_not_the_sum_less_the_others() -> None:
    """Attack: a draft about one item, and the one person who applied for it."""
    told = set()
    for hidden in range(3):
        visits = [visit(n) for n in range(38)] + [visit(100 + n, item="RARE") for n in range(hidden)]
        tally = Tally(lambda entry: Asked(), lambda entry: Asked(refused="item" * (entry.item == "RARE")))
        tally.add(visits)
        report = rounded(tally.report())
        told.add((report.total, dict(report.outcomes)["unchanged"]))
    assert told == {(Size(entries=40, persons=40), Size(entries=40, persons=40))}


def test_the_twenty_portals_that_change_most_are_named_and_no_other() -> None:
    visits = [visit(n, client=f"c{client:02}") for client in range(30) for n in range(5 + client)]
    report = counted(visits, Asked(), Asked(level=4))
    assert [client for client, *_ in report.portals] == [f"c{n:02}" for n in range(29, 9, -1)]


def test_no_person_leaves_with_the_counts() -> None:
    report = counted([visit(4711 + n) for n in range(9)], Asked(), Asked(level=3))
    assert "p47" not in repr(report)
