"""Where SQL and other people's servers are waited for: in a thread, when an event loop asks.

The loop answers machines' requests on a stack beside its own (a greenlet). Work that may wait leaves that
stack where it is, and the loop goes on with other requests until a thread has the result: a database that
hangs holds up those who need it and nobody else. Anywhere else the work is simply done.

Work must not be begun under a lock that another request may wait for: they share the loop's thread.
"""

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any, ParamSpec, TypeVar

from greenlet import getcurrent, greenlet

P = ParamSpec("P")
T = TypeVar("T")

Work = Callable[[], Any]
#: Longer than the database's own limits; past it the loop answers that whoever was asked is away.
PATIENCE = 5.0
#: A result and ``None``, or ``None`` and an error.
Outcome = tuple[Any, BaseException | None]


class Task(greenlet):  # type: ignore[misc]
    """A stack that answers one request after the other, each of which may be put aside.

    ``switch`` takes a request and gives the ``Outcome``; or, if the task ``waits`` then, ``Work`` to be done
    in a thread, whose ``Outcome`` the next ``switch`` takes.
    """

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        super().__init__(self._answer_all)
        self._answer = answer
        self.waits = 0.0
        """For how many seconds at most it waits now; 0 when it does not."""

    def _answer_all(self, request: Any) -> None:
        while True:
            request = self.parent.switch(outcome(self._answer, request))

    def wait(self, work: Work, seconds: float) -> Any:
        """The result of work done elsewhere; raises what it raises."""
        self.waits = seconds
        result, error = self.parent.switch(work)
        self.waits = 0.0
        if error is not None:
            raise error
        return result


def outcome(work: Callable[..., Any], *args: Any) -> Outcome:
    """What comes of some work."""
    try:
        return work(*args), None
    except Exception as error:  # noqa: BLE001  (it is raised, or told, where the outcome is taken)
        return None, error


def run(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do work that may wait where its waiting holds up nobody."""
    return run_within(PATIENCE, work, *args, **kwargs)


def run_within(seconds: float, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """The same; in the loop, raises ``Unavailable`` after so many seconds, and the work goes on unheeded."""
    here = getcurrent()
    if not isinstance(here, Task):
        return work(*args, **kwargs)
    result: T = here.wait(partial(copy_context().run, work, *args, **kwargs), seconds)
    return result
