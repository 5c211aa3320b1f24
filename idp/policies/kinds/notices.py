"""What a division tells the visitors of all portals that stand there or below, for a while."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from idp.announcements.announcement import LATEST, LONGEST, MOST, demand_span, demand_text
from idp.base.errors import Rejected
from idp.policies.fault import Fault, Faulty
from idp.policies.kinds.words import closed_words, moment_words, value_words
from idp.policies.policy import KindName

Tone = Literal["info", "warning"]
TONES: tuple[Tone, ...] = get_args(Tone)

_WORDS: Mapping[str, tuple[str, str]] = {
    "": ("通知", "notice"),
    "text": ("文字", "text"),
    "text_en": ("英文文字", "text in English"),
    "starts_at": ("开始", "from"),
    "ends_at": ("结束", "until"),
    "tone": ("语气", "tone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A text in both languages, shown from one moment to another."""

    text: str
    text_en: str
    starts_at: int
    ends_at: int
    tone: Tone = "info"

    def shown(self, moment: int) -> bool:
        """Whether it is shown then."""
        return self.starts_at <= moment < self.ends_at


Notices = tuple[Notice, ...]


class NoticesKind:
    """The kind ``notices``."""

    name: KindName = "notices"
    label = "地区通知"
    label_en = "Notices"
    permission = "admin:branding:write"
    empty: Notices = ()

    def read(self, document: object) -> Notices:
        """The notices of a document ``{"notices": [members]}``; raises ``Faulty``."""
        known = isinstance(document, dict) and document.keys() == {"notices"}
        found = document["notices"] if isinstance(document, dict) and known else None
        if not isinstance(found, list) or len(found) > MOST:
            raise Faulty([Fault(chinese=f"通知最多{MOST}条", english=f"a list of {MOST} notices at most")])
        faults = [fault for number, one in enumerate(found, 1) for fault in _faults(str(number), one)]
        if faults:
            raise Faulty(faults)
        return tuple(Notice(**one) for one in found)

    def document(self, policy: Notices) -> dict[str, Any]:
        """The document of notices."""
        return {"notices": [asdict(one) for one in policy]}

    def demand(self, policy: Notices, before: Notices, above: Sequence[Notices]) -> None:
        """Raise ``Faulty`` for a new one that is past or lasts too long."""
        faults = []
        for number, one in enumerate(policy, 1):
            if one in before:
                continue
            try:
                demand_span(one.starts_at, one.ends_at)
            except Rejected as refused:
                told = "结束须晚于开始和现在，且不超过90天"
                faults.append(Fault(at=str(number), column="ends_at", chinese=told, english=refused.hint))
        if faults:
            raise Faulty(faults)

    def rows(self, policy: Notices) -> dict[str, dict[str, object]]:
        """The notices by their place."""
        return {str(number): asdict(one) for number, one in enumerate(policy, 1)}

    def words(self, member: str, value: object) -> tuple[str, str, str, str]:
        """Label and value of a member."""
        if member == "" and isinstance(value, Mapping):
            return *_WORDS[""], str(value["text"]), str(value["text_en"])
        if member in ("starts_at", "ends_at") and isinstance(value, int):
            return *_WORDS[member], *moment_words(value)
        return *_WORDS[member], *(closed_words if member == "tone" else value_words)(value)


def _faults(at: str, members: object) -> list[Fault]:
    if not isinstance(members, dict) or members.keys() != {field.name for field in fields(Notice)}:
        return [
            Fault(at=at, chinese="成员不全或有多余成员", english="members are missing, or there are others")
        ]
    faults = []
    for column in ("text", "text_en"):
        if not _readable(members[column]):
            chinese = f"须为1至{LONGEST}个字符，不含网址、号码和标记"
            english = f"1 to {LONGEST} plain characters, and no address"
            faults.append(Fault(at=at, column=column, chinese=chinese, english=english))
    faults += [
        Fault(at=at, column=column, chinese="不是时间", english="not a moment in seconds")
        for column in ("starts_at", "ends_at")
        if type(members[column]) is not int or not 0 <= members[column] <= LATEST
    ]
    if members["tone"] not in TONES:
        faults.append(Fault(at=at, column="tone", chinese="须为info或warning", english="info or warning"))
    return faults


def _readable(value: object) -> bool:
    try:
        return isinstance(value, str) and demand_text(value) == value
    except Rejected:
        return False


NOTICES = NoticesKind()
