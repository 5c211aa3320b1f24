"""Assurance levels: who somebody is (ial), how surely now (aal), and the ``acr`` made of both.

Shape of GB/T 40651-2021 (identity, authenticator and federation assurance levels); the four ``acr``
values and their thresholds are decision 0006.
"""

from collections.abc import Iterable

PREFIX = "urn:gov-sso:acr:"
ACR_VALUES = tuple(f"{PREFIX}l{n}" for n in (1, 2, 3, 4))

#: What an authentication method proves: knowledge, possession, ... (RFC 8176 names).
FACTORS = {"pwd": "knowledge", "otp": "possession"}


def acr(level: int) -> str:
    """The ``acr`` value of a level 1 to 4."""
    return ACR_VALUES[level - 1]


def level_of(text: str) -> int | None:
    """The level an ``acr`` value or its alias (``l1`` … ``l4``) asks for; ``None`` when unknown."""
    name = text.removeprefix(PREFIX)
    return int(name[1]) if name in ("l1", "l2", "l3", "l4") else None


def aal(methods: Iterable[str]) -> int:
    """Authentication level of the methods used: 1 for one factor, 2 for two different ones."""
    return min(2, len({FACTORS[method] for method in methods}))


def level(ial: int, aal: int) -> int:
    """The level reached by a real-name level and an authentication level; 0 when nobody is logged in."""
    if aal < 1:
        return 0
    if ial >= 3 and aal >= 3:
        return 4
    if ial >= 3 and aal >= 2:
        return 3
    return 2 if ial >= 2 else 1


def needed(level: int) -> tuple[int, int]:
    """The (ial, aal) that a level asks for."""
    return {0: (0, 1), 1: (0, 1), 2: (2, 1), 3: (3, 2), 4: (3, 3)}[level]
