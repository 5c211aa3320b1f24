"""What every portal of a division is held to; along the tree the strictest holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from idp.policies.fault import Fault, Faulty
from idp.policies.kinds.words import level_words, value_words
from idp.policies.policy import KindName

SHORTEST_AGE, LONGEST_AGE = 60, 86400

_WORDS: Mapping[str, tuple[str, str]] = {
    "min_level": ("最低等级", "lowest level"),
    "max_age": ("登录最长有效时间（秒）", "oldest login in seconds"),
    "legal_level": ("代表企业办事的最低等级", "lowest level when acting for a company"),
    "offline_access": ("允许保持授权", "lasting access allowed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is asked of each login; the weakest value of a member says nothing."""

    min_level: int = 1
    max_age: int | None = None
    """Seconds that a login may be old."""
    legal_level: int = 1
    """The lowest level of whoever acts for a company."""
    offline_access: bool = True
    """Whether access may outlast the login."""

    def tightened(self, other: "Rules") -> "Rules":
        """The stricter of both, member by member."""
        ages = [age for age in (self.max_age, other.max_age) if age is not None]
        return Rules(
            min_level=max(self.min_level, other.min_level),
            max_age=min(ages, default=None),
            legal_level=max(self.legal_level, other.legal_level),
            offline_access=self.offline_access and other.offline_access,
        )


def combined(found: Iterable[Rules]) -> Rules:
    """What the rules of a path come to."""
    together = Rules()
    for rules in found:
        together = together.tightened(rules)
    return together


class RulesKind:
    """The kind ``rules``."""

    name: KindName = "rules"
    label = "地区规则"
    label_en = "Rules"
    permission = "admin:policies:write"
    empty = Rules()

    def read(self, document: object) -> Rules:
        """The rules of a document; raises ``Faulty``."""
        if not isinstance(document, dict) or document.keys() != {field.name for field in fields(Rules)}:
            raise Faulty([Fault(chinese="成员不全或有多余成员", english="members are missing, or others")])
        faults = [
            Fault(column=column, chinese="等级须为1至4", english="a level is 1 to 4")
            for column in ("min_level", "legal_level")
            if type(document[column]) is not int or not 1 <= document[column] <= 4
        ]
        age = document["max_age"]
        if age is not None and (type(age) is not int or not SHORTEST_AGE <= age <= LONGEST_AGE):
            span = f"{SHORTEST_AGE}..{LONGEST_AGE}"
            faults.append(
                Fault(
                    column="max_age",
                    chinese=f"须为{SHORTEST_AGE}至{LONGEST_AGE}秒，或者不填",
                    english=f"{span} seconds, or none",
                )
            )
        if type(document["offline_access"]) is not bool:
            faults.append(Fault(column="offline_access", chinese="须为是或否", english="true or false"))
        if faults:
            raise Faulty(faults)
        return Rules(**document)

    def document(self, policy: Rules) -> dict[str, Any]:
        """The document of rules."""
        return asdict(policy)

    def demand(self, policy: Rules, before: Rules, above: Sequence[Rules]) -> None:
        """Raise ``Faulty`` where a member is looser than above."""
        higher = combined(above)
        together = higher.tightened(policy)
        faults = []
        for column, value in asdict(policy).items():
            said = getattr(higher, column)
            # A weakest value says nothing, so it loosens nothing.
            silent = value == getattr(self.empty, column)
            if silent or value in (getattr(before, column), getattr(together, column)):
                continue
            _, _, ours, theirs = self.words(column, said)
            faults.append(
                Fault(
                    column=column,
                    chinese=f"不能比上级规定（{ours}）宽松",
                    english=f"looser than what the division above says ({theirs})",
                )
            )
        if faults:
            raise Faulty(faults)

    def rows(self, policy: Rules) -> dict[str, dict[str, object]]:
        """One row."""
        return {"": asdict(policy)}

    def words(self, member: str, value: object) -> tuple[str, str, str, str]:
        """Label and value of a member."""
        return *_WORDS[member], *(level_words if member.endswith("level") else value_words)(value)


RULES = RulesKind()
