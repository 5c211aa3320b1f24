"""What every rule of a registration is made of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from clients.client import Client

T = TypeVar("T")
Fault = tuple[str, str]
MOST_URIS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What this server allows: loopback http in development, its longest lifetimes (s), its signatures.

    ``certificates``: client certificates reach it; ``authorities``: it knows who issues them.
    """

    development: bool
    longest_token: int
    longest_refresh: int
    algorithms: tuple[str, ...]
    certificates: bool
    authorities: bool
    approved: bool = False
    """Whether two officers stand behind it (``clients.applications``)."""


Rule = Callable[[Client, Terms], Iterator[Fault]]


def judged(key: str, judge: Callable[[T], object], value: T) -> Iterator[Fault]:
    """The fault that ``judge`` finds in a value, by its ``ValueError``."""
    try:
        judge(value)
    except ValueError as error:
        yield key, str(error)


def distinct(values: Iterable[str]) -> bool:
    """Whether each value stands once."""
    listed = list(values)
    return len(set(listed)) == len(listed)
