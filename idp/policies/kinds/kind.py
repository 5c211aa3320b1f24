"""What a kind of policy is: how its document is read, judged, told and combined."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from idp.policies.policy import KindName

T = TypeVar("T")


class Kind(Protocol[T]):
    """A kind of the register; ``T`` is its policy as a value."""

    name: KindName
    label: str
    label_en: str
    permission: str
    """Who may change policies of this kind."""
    empty: T
    """A policy that says nothing."""

    def read(self, document: object) -> T:
        """The policy of a document; raises ``Faulty``."""

    def document(self, policy: T) -> dict[str, Any]:
        """The document of a policy, always written the same way."""

    def demand(self, policy: T, before: T, above: Sequence[T]) -> None:
        """Raise ``Faulty`` for what is new and may not be: looser than a division above, past, misleading.

        ``above`` begins with the nation. What stood in ``before`` is not asked again: nobody is to clear up
        what another level changed before he may change anything.
        """

    def rows(self, policy: T) -> Mapping[str, Mapping[str, object]]:
        """What differences are told of: rows by name, and their members."""

    def words(self, member: str, value: object) -> tuple[str, str, str, str]:
        """A member's label and its value, in Chinese and in English: label, label, value, value."""
