"""The item catalogue (事项目录, 一事一码): who may apply for each service item, how surely, with which data.

Along the tree the strictest holds: a lower division adds items and tightens those above it, and loosens none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from clients import authorization_details, texts
from clients.client import SubjectType
from clients.scopes import SCOPES
from idp.policies.fault import MOST_FAULTS, Fault, Faulty
from idp.policies.kinds.words import level_words, value_words
from idp.policies.policy import KindName

MandateKind = Literal[
    "legal_representative", "licence_manager", "agent", "guardian", "family", "clerk_assist", "succession"
]
USER_TYPES: tuple[SubjectType, ...] = get_args(SubjectType)
#: By whom somebody may be represented (domain 6.1, 6.3, 6.5).
MANDATE_KINDS: tuple[MandateKind, ...] = get_args(MandateKind)
SCOPE_NAMES = tuple(scope.name for scope in SCOPES)
EVERYTHING = "*"

COLUMNS = ("item_code", "name", "name_en", "user_types", "level", "scopes", "mandate_kinds")
MOST_ITEMS = 20_000
LONGEST_NAME = 60

_WORDS: Mapping[str, tuple[str, str]] = {
    "": ("事项", "item"),
    "name": ("名称", "name"),
    "name_en": ("英文名称", "name in English"),
    "user_types": ("用户类型", "types of user"),
    "level": ("最低等级", "lowest level"),
    "scopes": ("可申请的数据", "data"),
    "mandate_kinds": ("代办方式", "kinds of mandate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One service item."""

    code: str
    name: str
    name_en: str
    user_types: tuple[SubjectType, ...]
    level: int
    scopes: tuple[str, ...]
    """Which scopes may be asked for; ``*`` stands for all of them."""
    mandate_kinds: tuple[MandateKind, ...]

    @property
    def subject_types(self) -> tuple[SubjectType, ...]:
        """In whose name it can be applied for today: for a company by its legal representative alone."""
        represented = "legal_representative" in self.mandate_kinds
        return tuple(one for one in self.user_types if one != "legal" or represented)

    def allows(self, scope: str) -> bool:
        """Whether the scope may be asked for; ``openid`` always may."""
        return scope == "openid" or EVERYTHING in self.scopes or scope in self.scopes

    def tightened(self, below: "Item") -> "Item":
        """What this item and the same of a lower division come to; it keeps the name from above."""
        scopes = below.scopes if EVERYTHING in self.scopes else self.scopes
        if EVERYTHING not in scopes:
            scopes = tuple(name for name in scopes if self.allows(name) and below.allows(name))
        return replace(
            self,
            user_types=tuple(one for one in self.user_types if one in below.user_types),
            level=max(self.level, below.level),
            scopes=scopes,
            mandate_kinds=tuple(one for one in self.mandate_kinds if one in below.mandate_kinds),
        )


Catalogue = Mapping[str, Item]


def combined(catalogues: Iterable[Catalogue], code: str) -> Item | None:
    """The item of a code as catalogues from the nation down leave it."""
    found: Item | None = None
    for catalogue in catalogues:
        if (item := catalogue.get(code)) is not None:
            found = item if found is None else found.tightened(item)
    return found


class Items:
    """The kind ``items``."""

    name: KindName = "items"
    label = "事项目录"
    label_en = "Item catalogue"
    permission = "admin:policies:write"
    empty: Catalogue = MappingProxyType({})

    def read(self, document: object) -> Catalogue:
        """The catalogue of a document ``{"items": {code: members}}``; raises ``Faulty``."""
        rows = document.get("items") if isinstance(document, dict) and document.keys() == {"items"} else None
        if not isinstance(rows, dict):
            raise Faulty([Fault(chinese="内容不是事项目录", english="not an item catalogue")])
        if len(rows) > MOST_ITEMS:
            raise Faulty([too_many()])
        found, faults = {}, []
        for code, members in rows.items():
            item, wrong = item_of(code, members)
            faults += wrong
            if item is not None:
                found[item.code] = item
            if len(faults) >= MOST_FAULTS:
                break
        if faults:
            raise Faulty(faults[:MOST_FAULTS])
        return found

    def document(self, policy: Catalogue) -> dict[str, Any]:
        """The document of a catalogue."""
        return {"items": self.rows(policy)}

    def demand(self, policy: Catalogue, before: Catalogue, above: Sequence[Catalogue]) -> None:
        """Raise ``Faulty`` where a row that is new or changed is looser than the same item above."""
        faults: list[Fault] = []
        for code, item in policy.items():
            higher = None if before.get(code) == item else combined(above, code)
            if higher is not None:
                faults += _loosened(higher, item)
            if len(faults) >= MOST_FAULTS:
                break
        if faults:
            raise Faulty(faults[:MOST_FAULTS])

    def rows(self, policy: Catalogue) -> dict[str, dict[str, object]]:
        """The items by code."""
        return {code: _members(item) for code, item in sorted(policy.items())}

    def words(self, member: str, value: object) -> tuple[str, str, str, str]:
        """Label and value of a member."""
        if member == "" and isinstance(value, Mapping):
            return *_WORDS[""], str(value["name"]), str(value["name_en"])
        return *_WORDS[member], *(level_words if member == "level" else value_words)(value)


def too_many() -> Fault:
    """There are more items than a catalogue may have."""
    return Fault(chinese=f"事项超过{MOST_ITEMS}条", english=f"more than {MOST_ITEMS} items")


def item_of(code: object, members: object) -> tuple[Item | None, list[Fault]]:
    """An item of its members, or what is wrong with them."""
    at = code if isinstance(code, str) and authorization_details.CODE.fullmatch(code) else ""
    faults: list[Fault] = []

    def wrong(column: str, chinese: str, english: str) -> None:
        faults.append(Fault(at=at, column=column, chinese=chinese, english=english))

    if not at:
        wrong(
            "item_code",
            "事项编码须为1至64个字母、数字、点、横线或下划线",
            "a code has 1 to 64 letters, digits, dots, hyphens and underscores",
        )
    if not isinstance(members, Mapping) or members.keys() != set(COLUMNS[1:]):
        wrong("", "成员不全或有多余成员", "members are missing, or there are others")
        return None, faults
    for column in ("name", "name_en"):
        if reason := _name_fault(members[column]):
            wrong(column, f"名称须为1至{LONGEST_NAME}个汉字、字母、数字和常用标点", reason)
    level = members["level"]
    if type(level) is not int or not 1 <= level <= 4:
        wrong("level", "最低等级须为1至4", "a level is 1 to 4")
    _list(members, "user_types", USER_TYPES, wrong, least=1)
    _list(members, "scopes", (EVERYTHING, *SCOPE_NAMES), wrong)
    _list(members, "mandate_kinds", MANDATE_KINDS, wrong)
    if faults:
        return None, faults
    return _item(at, members), []


def _item(code: str, members: Mapping[str, Any]) -> Item:
    scopes = members["scopes"]
    return Item(
        code=code,
        name=members["name"],
        name_en=members["name_en"],
        level=members["level"],
        user_types=tuple(one for one in USER_TYPES if one in members["user_types"]),
        scopes=(EVERYTHING,) if EVERYTHING in scopes else tuple(one for one in SCOPE_NAMES if one in scopes),
        mandate_kinds=tuple(one for one in MANDATE_KINDS if one in members["mandate_kinds"]),
    )


def _members(item: Item) -> dict[str, object]:
    return {
        "name": item.name,
        "name_en": item.name_en,
        "user_types": list(item.user_types),
        "level": item.level,
        "scopes": list(item.scopes),
        "mandate_kinds": list(item.mandate_kinds),
    }


def _name_fault(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_NAME:
        return f"a name has 1 to {LONGEST_NAME} characters"
    try:
        texts.name(value)
    except ValueError as error:
        return str(error)
    return ""


def _list(members: Mapping[str, Any], column: str, known: Sequence[str], wrong: Any, least: int = 0) -> None:
    value = members[column]
    if not isinstance(value, list) or not all(isinstance(one, str) and one in known for one in value):
        wrong(column, "须从下列值中选取：" + " ".join(known), "one of " + " ".join(known))
    elif len(value) < least:
        wrong(column, "不能为空", "must not be empty")


def _loosened(higher: Item, item: Item) -> list[Fault]:
    """The members by which an item is looser than the same above."""
    together = higher.tightened(item)
    faults = []
    for column in ("level", "user_types", "scopes", "mandate_kinds"):
        if getattr(together, column) != getattr(item, column):
            ours, theirs = (level_words if column == "level" else value_words)(getattr(higher, column))
            faults.append(
                Fault(
                    at=item.code,
                    column=column,
                    chinese=f"不能比上级规定（{ours}）宽松",
                    english=f"looser than what the division above says ({theirs})",
                )
            )
    return faults


ITEMS = Items()
