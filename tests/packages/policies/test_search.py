"""Items found by the beginning of a code or a part of a name, page by page."""

from idp.policies import Item
from idp.policies.combination import Policies
from idp.policies.kinds.items import Catalogue


def item(code: str, name: str, **changes: object) -> Item:
    members = {"name_en": f"Item {code}", "user_types": ("natural",), "level": 1, "scopes": ("*",)} | changes
    return Item(code=code, name=name, mandate_kinds=(), **members)  # type: ignore[arg-type]


NATION: Catalogue = {"A-1": item("A-1", "食品经营许可"), "A-2": item("A-2", "户口登记")}
PROVINCE: Catalogue = {"A-2": item("A-2", "户口登记", level=3), "B-1": item("B-1", "食品抽检")}
HERE = Policies({("items", "000000"): NATION, ("items", "010000"): PROVINCE})


def codes(typed: str, **page: object) -> list[str]:
    return [one.code for one in HERE.at("010100").search(typed, **page)]  # type: ignore[arg-type]


def test_items_are_found_by_code_and_by_name() -> None:
    assert codes("") == ["A-1", "A-2", "B-1"]
    assert codes("a-") == ["A-1", "A-2"]
    assert codes("食品") == ["A-1", "B-1"]
    assert codes("ITEM b") == ["B-1"]
    assert codes("nothing") == []


def test_a_page_ends_after_so_many_and_the_next_begins_behind_it() -> None:
    assert codes("食品", most=1) == ["A-1"]
    assert codes("食品", after="A-1") == ["B-1"]
    assert codes("", after="A-15") == ["A-2", "B-1"]


def test_what_is_found_is_what_holds_and_not_what_one_level_says() -> None:
    assert [one.level for one in HERE.at("010000").search("A-2")] == [3]
    assert [one.level for one in HERE.at("020000").search("A-2")] == [1]
    assert HERE.own("items", "010000") is PROVINCE
    assert HERE.own("items", "010100") is None
