"""What documents of each kind may say, and what they come to along the tree."""

from typing import Any

import pytest

from idp import settings
from idp.base import clock
from idp.base.errors import Unavailable
from idp.policies import Faulty, Policies, diff, kinds
from idp.policies.difference import Difference
from idp.policies.kinds.branding import ACCENTS
from tests.policies import branding, catalogue, item, rules

NATION, PROVINCE, CITY, COUNTY, SIBLING = "000000", "010000", "010100", "010101", "010200"


def known(**documents: Any) -> Policies:
    """Policies by kind and division: ``items_010000=...``."""
    found = {}
    for place, document in documents.items():
        kind, _, division = place.partition("_")
        found[kind, division] = kinds.find(kind).read(document)
    return Policies(found)  # type: ignore[arg-type]


def faults(kind: str, document: Any) -> list[tuple[str, str]]:
    with pytest.raises(Faulty) as refused:
        kinds.find(kind).read(document)
    assert all(one.chinese and one.english.isascii() for one in refused.value.faults)
    assert refused.value.hint.isascii()
    return [(one.at, one.column) for one in refused.value.faults]


def test_of_one_item_the_strictest_of_the_path_holds() -> None:
    policies = known(
        items_000000=catalogue(
            A=item(name="全国事项", level=2, scopes=["*"], mandate_kinds=["agent", "legal_representative"])
        ),
        items_010000=catalogue(A=item(level=3, user_types=["legal"], scopes=["profile", "realname"])),
        items_010100=catalogue(A=item(level=1, scopes=["profile", "age"]), B=item()),
    )
    found = policies.at(COUNTY).item("A")
    assert found is not None
    assert (found.name, found.level, found.user_types, found.scopes, found.mandate_kinds) == (
        "全国事项", 3, ("legal",), ("profile",), ("legal_representative",),
    )  # fmt: skip
    assert policies.at(NATION).item("B") is None
    assert policies.at(SIBLING).item("B") is None
    sibling = policies.at(SIBLING).item("A")
    assert sibling is not None
    assert sibling.scopes == ("profile", "realname")
    assert policies.at(COUNTY).codes == ("A", "B")


def test_rules_come_to_the_strictest() -> None:
    policies = known(
        rules_000000=rules(max_age=3600),
        rules_010000=rules(min_level=2, max_age=7200, offline_access=False),
        rules_010101=rules(legal_level=3),
    )
    here = policies.at(COUNTY).rules
    assert (here.min_level, here.max_age, here.legal_level, here.offline_access) == (2, 3600, 3, False)
    assert policies.at("020000").rules.min_level == 1


def test_branding_comes_from_the_nearest_that_says_it_and_names_keep_together() -> None:
    policies = known(
        branding_010000=branding(
            name="示范省",
            name_en="Demo",
            hotline="12345",
            icp="示ICP备12345678号",
            police="示公网安备12345号",
        ),
        branding_010100=branding(
            name="示范市政务", name_en="Demo City", accent="green", icp="示ICP备87654321号"
        ),
    )
    here = policies.at(COUNTY).branding
    assert (here.name, here.name_en, here.hotline, here.accent) == (
        "示范市政务",
        "Demo City",
        "12345",
        "green",
    )
    assert (here.icp, here.police) == ("示ICP备87654321号", "")


def test_notices_are_told_the_nearest_first_three_at_most_and_in_their_time() -> None:
    now = clock.now()

    def notice(text: str, start: int = -1, end: int = 60) -> dict[str, Any]:
        return {"text": text, "text_en": text, "starts_at": now + start, "ends_at": now + end, "tone": "info"}

    policies = known(
        notices_000000={"notices": [notice("甲"), notice("乙")]},
        notices_010100={"notices": [notice("丙"), notice("过去", -60, -1), notice("未来", 5)]},
    )
    assert [one.text for one in policies.at(COUNTY).told(now)] == ["丙", "甲", "乙"]
    assert [one.text for one in policies.at(COUNTY).told(now + 6)] == ["丙", "未来", "甲"]
    assert [one.text for one in policies.at("020000").told(now)] == ["甲", "乙"]


def test_what_cannot_be_read_fails_closed_where_it_would_hold() -> None:
    policies = Policies({("items", PROVINCE): None, ("branding", "020000"): None})
    with pytest.raises(Unavailable):
        policies.at(COUNTY)
    assert policies.at("020000").branding.name == ""


@pytest.mark.parametrize(
    ("members", "column"),
    [
        ({"level": 0}, "level"),
        ({"level": 5}, "level"),
        ({"level": True}, "level"),
        ({"level": "2"}, "level"),
        ({"user_types": []}, "user_types"),
        ({"user_types": ["robot"]}, "user_types"),
        ({"user_types": "natural"}, "user_types"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["admin:keys:rotate"]}, "scopes"),
        ({"mandate_kinds": ["friend"]}, "mandate_kinds"),
        ({"name": ""}, "name"),
        ({"name": "=1+1"}, "name"),
        ({"name": "事项\u202e"}, "name"),
        ({"name": "<b>事项</b>"}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"name_en": "Ѕervice"}, "name_en"),
        ({"extra": 1}, ""),
    ],
)
def test_an_item_is_judged_member_by_member(members: dict[str, Any], column: str) -> None:
    assert faults("items", catalogue(A=item(**members))) == [("A", column)]


@pytest.mark.parametrize("code", ["", "事项", "A B", "-A", "A/1", "A" * 65, "A\n"])
def test_a_code_is_one(code: str) -> None:
    assert faults("items", {"items": {code: item()}})[0][1] == "item_code"


@pytest.mark.parametrize("document", [None, [], {}, {"items": []}, {"items": {}, "x": 1}, "{}", 7])
def test_what_is_no_catalogue_is_refused(document: Any) -> None:
    assert faults("items", document) == [("", "")]


def test_a_catalogue_has_an_end() -> None:
    assert faults("items", {"items": {f"A-{number}": item() for number in range(20_001)}}) == [("", "")]


@pytest.mark.parametrize(
    ("members", "column"),
    [
        ({"min_level": 5}, "min_level"),
        ({"legal_level": None}, "legal_level"),
        ({"max_age": 59}, "max_age"),
        ({"max_age": 86401}, "max_age"),
        ({"max_age": True}, "max_age"),
        ({"offline_access": 1}, "offline_access"),
        ({"other": 1}, ""),
    ],
)
def test_rules_are_judged(members: dict[str, Any], column: str) -> None:
    assert faults("rules", rules(**members)) == [("", column)]


@pytest.mark.parametrize(
    "members",
    [
        {"name": "统一身份认证平台"},
        {"name": "某某统一身份认证"},
        {"name": "登录www.example.cn"},
        {"name": "请拨13800001234"},
        {"name": "示范\u200b市"},
        {"name": "<script>alert(1)</script>"},
        {"name": "示范市", "name_en": "Unified Identity Authentication"},
        {"name": "示范市", "name_en": "Dеmo City"},
        {"name": "示范市"},
        {"name_en": "Demo"},
        {"hotline": "110报警"},
        {"hotline": "https://example.cn"},
        {"hours": "见https://example.cn", "hours_en": "See there"},
        {"hours": "九至五"},
        {"accent": "#ffffff"},
        {"accent": "red;background:url(x)"},
        {"icp": "www.example.cn"},
        {"police": "<a>"},
    ],
)
def test_a_branding_sends_nobody_away_and_is_nobody_else(members: dict[str, str]) -> None:
    faults("branding", branding(**members))


@pytest.mark.usefixtures("stores")
def test_a_branding_is_not_the_platform() -> None:
    conf, kind = settings.current(), kinds.find("branding")
    for names, column in (
        ({"name": conf.region_name, "name_en": "Demo"}, "name"),
        ({"name": "示范", "name_en": conf.region_name_en.upper()}, "name_en"),
    ):
        with pytest.raises(Faulty) as refused:
            kind.demand(kind.read(branding(**names)), kind.empty, ())
        assert [one.column for one in refused.value.faults] == [column]


@pytest.mark.parametrize("accent", ACCENTS)
def test_a_branding_of_plain_words_is_good(accent: str) -> None:
    said = branding(
        name="示范市政务服务", name_en="Demo City Services", hotline="0755-12345678", hours="工作日9时至17时",
        hours_en="Working days", accent=accent, icp="示ICP备12345678号-1",
        police="示公网安备 12345678901234号",
    )  # fmt: skip
    kind = kinds.find("branding")
    assert kind.document(kind.read(said)) == said


def test_notices_are_judged() -> None:
    good = {"text": "维护", "text_en": "Upkeep", "starts_at": 1, "ends_at": 2, "tone": "info"}
    for members, column in (
        ({"text": "见www.example.cn"}, "text"),
        ({"text": " "}, "text"),
        ({"text_en": "call 13800001234"}, "text_en"),
        ({"starts_at": -1}, "starts_at"),
        ({"ends_at": 1.5}, "ends_at"),
        ({"ends_at": True}, "ends_at"),
        ({"tone": "danger"}, "tone"),
        ({"link": "x"}, ""),
    ):
        assert faults("notices", {"notices": [good | members]}) == [("1", column)]
    assert faults("notices", {"notices": [good] * 4}) == [("", "")]


def test_a_draft_below_may_tighten_and_add_and_never_loosen() -> None:
    kind = kinds.find("items")
    above = [
        kind.read(
            catalogue(A=item(level=3, user_types=["natural"], scopes=["profile"], mandate_kinds=["agent"]))
        )
    ]
    tighter = item(level=4, user_types=["natural"], scopes=[], mandate_kinds=[])
    kind.demand(kind.read(catalogue(A=tighter, B=item())), kind.empty, above)
    for members, column in (
        ({"level": 2}, "level"),
        ({"user_types": ["natural", "legal"]}, "user_types"),
        ({"user_types": ["legal"]}, "user_types"),
        ({"scopes": ["*"]}, "scopes"),
        ({"scopes": ["profile", "realname"]}, "scopes"),
        ({"mandate_kinds": ["agent", "family"]}, "mandate_kinds"),
    ):
        looser = kind.read(catalogue(A={**tighter, **members}))
        with pytest.raises(Faulty) as refused:
            kind.demand(looser, kind.empty, above)
        assert [(one.at, one.column) for one in refused.value.faults] == [("A", column)]
        # What stood before is not asked again, when it was tightened above meanwhile.
        kind.demand(looser, looser, above)


def test_rules_below_never_loosen() -> None:
    kind = kinds.find("rules")
    above = [kind.read(rules(min_level=2, max_age=600)), kind.read(rules(min_level=3, offline_access=False))]
    for members, column in (({"min_level": 2}, "min_level"), ({"max_age": 601}, "max_age")):
        with pytest.raises(Faulty) as refused:
            kind.demand(kind.read(rules(**members)), kind.empty, above)
        assert [one.column for one in refused.value.faults] == [column]
    kind.demand(kind.read(rules(min_level=4, max_age=60)), kind.empty, above)
    kind.demand(kind.read(rules()), kind.empty, above)


def test_differences_tell_what_came_went_and_changed() -> None:
    before, after = catalogue(A=item(), B=item(level=2)), catalogue(B=item(level=3), C=item(name="新事项"))
    came, changed, gone = sorted(
        diff("items", before, after), key=lambda one: (one.new is None, one.at != "C")
    )
    assert (came.at, came.member, came.old, came.after(True)) == ("C", "", None, "新事项")
    assert (gone.at, gone.member, gone.new) == ("A", "", None)
    assert changed == Difference(kind="items", at="B", member="level", old=2, new=3)
    assert (changed.label(True), changed.label(False), changed.before(True), changed.after(False)) == (
        "最低等级", "lowest level", "二级", "level 3",
    )  # fmt: skip
    assert diff("items", before, before) == ()
    (first,) = diff("rules", None, rules(max_age=600))
    assert (first.member, first.before(True), first.after(True)) == ("max_age", "无", "600")
