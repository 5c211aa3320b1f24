"""How a division presents itself on the pages of portals that stand there.

Of a path the nearest that says something counts. It stands beside the platform's own name and address and
never takes their place.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from clients import texts
from idp import settings
from idp.announcements.announcement import leads_away
from idp.policies.fault import Fault, Faulty
from idp.policies.kinds.words import closed_words, value_words
from idp.policies.policy import KindName

#: Colours that white text reads on (WCAG 2.2 §1.4.3), by their name in the style sheet.
ACCENTS = ("blue", "red", "green", "teal", "purple", "brown")
LONGEST_NAME, LONGEST_HOURS = 60, 60

_HOTLINE = re.compile(r"(?:0[0-9]{2,3}-)?[0-9]{5,8}|400-[0-9]{3}-[0-9]{4}", re.ASCII)
_ICP = re.compile(r"[\u4e00-\u9fff]ICP备[0-9]{5,10}号(?:-[0-9]{1,3})?")
_POLICE = re.compile(r"[\u4e00-\u9fff]公网安备 ?[0-9]{5,14}号")
#: In names without their spaces and punctuation.
_OURS = re.compile(r"统一(?:身份|认证)|身份认证|identity(?:and)?auth|unified(?:identity|login)|singlesign")
_SIMPLIFIED = str.maketrans("統認證証臺", "统认证证台")

_ALIKE = ("不能与平台名称相同或相近", "looks like the name of the platform")

_WORDS: Mapping[str, tuple[str, str]] = {
    "name": ("名称", "name"),
    "name_en": ("英文名称", "name in English"),
    "hotline": ("服务热线", "hotline"),
    "hours": ("服务时间", "service hours"),
    "hours_en": ("英文服务时间", "service hours in English"),
    "accent": ("主题色", "colour"),
    "icp": ("ICP备案号", "ICP filing number"),
    "police": ("公安备案号", "police filing number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """What pages say of a division; an empty member says nothing."""

    name: str = ""
    name_en: str = ""
    hotline: str = ""
    hours: str = ""
    hours_en: str = ""
    accent: str = ""
    icp: str = ""
    police: str = ""


#: Members that only make sense together come from the same division.
_TOGETHER = (("name", "name_en"), ("hotline",), ("hours", "hours_en"), ("accent",), ("icp", "police"))


def combined(found: Iterable[Branding]) -> Branding:
    """What a path comes to, from the nation down."""
    together = Branding()
    for one in found:
        said = [names for names in _TOGETHER if any(getattr(one, name) for name in names)]
        together = replace(together, **{name: getattr(one, name) for names in said for name in names})
    return together


class BrandingKind:
    """The kind ``branding``."""

    name: KindName = "branding"
    label = "页面标识"
    label_en = "Branding"
    permission = "admin:branding:write"
    empty = Branding()

    def read(self, document: object) -> Branding:
        """The branding of a document; raises ``Faulty``."""
        if not isinstance(document, dict) or document.keys() != {field.name for field in fields(Branding)}:
            raise Faulty([Fault(chinese="成员不全或有多余成员", english="members are missing, or others")])
        faults = [
            Fault(column=column, chinese=told[0], english=told[1])
            for column, value in document.items()
            if value != "" and (told := _fault(column, value))
        ]
        for names in _TOGETHER[0], _TOGETHER[2]:
            if bool(document[names[0]]) != bool(document[names[1]]):
                column = next(name for name in names if not document[name])
                faults.append(Fault(column=column, chinese="中英文须同时填写", english="both languages"))
        if faults:
            raise Faulty(faults)
        return Branding(**document)

    def document(self, policy: Branding) -> dict[str, Any]:
        """The document of a branding."""
        return asdict(policy)

    def demand(self, policy: Branding, before: Branding, above: Sequence[Branding]) -> None:
        """Raise ``Faulty`` for a name that is the platform's own; else every level may say what it likes."""
        conf = settings.current()
        ours = {_bare(conf.region_name), _bare(conf.region_name_en)}
        if faults := [
            Fault(column=column, chinese=_ALIKE[0], english=_ALIKE[1])
            for column in ("name", "name_en")
            if getattr(policy, column) and _bare(getattr(policy, column)) in ours
        ]:
            raise Faulty(faults)

    def rows(self, policy: Branding) -> dict[str, dict[str, object]]:
        """One row."""
        return {"": asdict(policy)}

    def words(self, member: str, value: object) -> tuple[str, str, str, str]:
        """Label and value of a member."""
        return *_WORDS[member], *(closed_words if member == "accent" else value_words)(value)


def _fault(column: str, value: object) -> tuple[str, str] | None:
    """Why a member that is not empty may not be so; ``None`` when it may."""
    if not isinstance(value, str):
        return "须为文字", "must be text"
    if column in ("name", "name_en"):
        return _name_fault(value)
    if column in ("hours", "hours_en"):
        return _hours_fault(value)
    if column == "accent":
        return None if value in ACCENTS else ("须为：" + " ".join(ACCENTS), "one of " + " ".join(ACCENTS))
    if column == "hotline":
        return None if _HOTLINE.fullmatch(value) else ("不是热线号码", "not the number of a hotline")
    pattern, shape = (_ICP, "某ICP备12345678号") if column == "icp" else (_POLICE, "某公网安备12345678号")
    return None if pattern.fullmatch(value) else (f"须形如“{shape}”", "not a filing number")


def _name_fault(value: str) -> tuple[str, str] | None:
    try:
        texts.name(value)
    except ValueError as error:
        return "名称只能有汉字、字母、数字和常用标点", str(error)
    if not 2 <= len(value) <= LONGEST_NAME or leads_away(value):
        return (
            f"名称须为2至{LONGEST_NAME}个字符，不含网址和号码",
            f"2 to {LONGEST_NAME} characters, no address",
        )
    return _ALIKE if _OURS.search(_bare(value)) else None


def _bare(name: str) -> str:
    """A name as a hasty reader sees it: no spaces, no punctuation, small and simplified letters."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_SIMPLIFIED)
    return "".join(one for one in plain if one.isalnum())


def _hours_fault(value: str) -> tuple[str, str] | None:
    try:
        texts.prose(value)
    except ValueError as error:
        return "不能有标记和不可见字符", str(error)
    if len(value) > LONGEST_HOURS or leads_away(value):
        return (
            f"不超过{LONGEST_HOURS}个字符，不含网址和号码",
            f"{LONGEST_HOURS} characters at most, no address",
        )
    return None


BRANDING = BrandingKind()
