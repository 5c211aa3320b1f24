"""What is said and recorded when a try is held back."""

from dataclasses import replace

from idp import audit
from idp.login.attempt import Attempt
from idp.login.throttle import Paused

_SHORT = 60


def held_back(attempt: Attempt, pause: Paused, *, person_id: str | None, method: str) -> Attempt:
    """The attempt with the notice how long to wait, the same for accounts that exist and that do not."""
    audit.record(
        "login.throttled",
        person=person_id,
        client=attempt.client_id,
        outcome="refused",
        method=method,
        retry_after=pause.seconds,
    )
    if pause.seconds <= _SHORT:
        return replace(attempt, notice="AUTH-005", notice_values={"s": pause.seconds})
    return replace(attempt, notice="AUTH-002", notice_values={"m": -(-pause.seconds // 60)})
