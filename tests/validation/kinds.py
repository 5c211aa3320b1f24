"""The kinds of questions: each makes a correct request, changes it, sends it, and says in words what came."""

from collections.abc import Callable

Kind = Callable[..., str]
KINDS: dict[str, Kind] = {}


def kind(function: Kind) -> Kind:
    """Enter a kind into the list, by its name."""
    KINDS[function.__name__] = function
    return function
