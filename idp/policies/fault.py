"""What is wrong with a document, said where it stands and in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.base.errors import Rejected

#: Whoever corrects a sheet corrects so many places before trying again.
MOST_FAULTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: the line of a sheet (0: none), the column or member, and why; ``english`` is ASCII."""

    line: int = 0
    at: str = ""
    """The row: an item code, for instance."""
    column: str = ""
    chinese: str
    english: str

    @property
    def told(self) -> str:
        """The fault for programs and for the command line."""
        place = [f"line {self.line}"] if self.line else []
        return ": ".join([*place, *filter(None, [self.at, self.column]), self.english])

    @property
    def chinese_told(self) -> str:
        """The same in Chinese."""
        place = [f"第{self.line}行"] if self.line else []
        return "：".join([*place, *filter(None, [self.at, self.column]), self.chinese])


class Faulty(Rejected):
    """A document with faults: none of it is taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("policy.faults", faults[0].told, status=422)
        self.faults = tuple(faults)
