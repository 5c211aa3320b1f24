"""The store of login attempts: each tab its own, bound to its browser, gone after ``attempt_lifetime``.

Of an attempt whose page was shown, the request alone is kept longer, so that a page left open too long
restarts instead of ending nowhere. It is not kept for attempts nobody looked at: strangers who only call
/authorize fill no memory beyond the attempt itself.
"""

from typing import Any

import orjson

from idp import settings
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import digest, random_token
from idp.login.attempt import Attempt
from idp.login.requirement import Requirement
from idp.store import redis
from idp.store.ephemeral import Records, record

#: Bytes of a new record. One is usually below 2 KB; the longest ``state`` that is accepted needs more.
LARGEST = 12 * 1024
#: Seconds an attempt is kept whose page nobody has looked at yet: a browser follows its redirect at once.
UNSEEN = 300


def start(
    *,
    browser: str,
    return_to: str,
    requirement: Requirement,
    client_id: str | None = None,
    params: dict[str, Any] | None = None,
) -> str:
    """Begin a login for this browser; the attempt's id, which replaces ``{attempt}`` in ``return_to``."""
    attempt_id = random_token()
    attempt = Attempt(
        id=attempt_id,
        browser=digest(browser),
        return_to=return_to.replace("{attempt}", attempt_id),
        requirement=requirement.unmet(),
        started=clock.now(),
        client_id=client_id,
        params=params or {},
    )
    if not return_to.startswith("/") or return_to.startswith("//"):
        raise ValueError("return_to is a path of this server")
    if len(orjson.dumps(attempt.as_json())) > LARGEST:
        raise Rejected("invalid_request", "request too large")
    _attempts().put(attempt.id, attempt.as_json(), min(UNSEEN, settings.current().attempt_lifetime))
    return attempt_id


def save(attempt: Attempt) -> None:
    """Write an attempt back, after a page of it was answered."""
    _attempts().put(attempt.id, attempt.as_json() | {"answered": True})


def peek(attempt_id: str) -> Attempt | None:
    """The attempt of an id, left where it is."""
    return peeked(redis.call(*peek_command(attempt_id)))


def peek_command(attempt_id: str) -> tuple[Any, ...]:
    """The command that reads an attempt, to be sent together with others."""
    return ("GET", _attempts().key(attempt_id))


def peeked(reply: Any) -> Attempt | None:
    """The attempt that was read."""
    found = record(reply)
    return Attempt.from_json(found) if found else None


def take(attempt_id: str) -> Attempt | None:
    """The attempt of an id, for the one caller that ends it; its request is no longer kept either."""
    return peeked(redis.pipeline(*take_commands(attempt_id))[0])


def take_commands(attempt_id: str) -> tuple[tuple[Any, ...], ...]:
    """The commands that end an attempt, to be sent together with others."""
    return ("GETDEL", _attempts().key(attempt_id)), ("DEL", _requests().key(attempt_id))


def remember(attempt: Attempt) -> None:
    """Keep what was asked beyond the attempt's own life; once a page was answered that is done."""
    if attempt.answered:
        return
    request = Attempt(
        id=attempt.id,
        browser=attempt.browser,
        return_to=attempt.return_to,
        requirement=attempt.requirement.unmet(),
        started=attempt.started,
        client_id=attempt.client_id,
        params=attempt.params,
    )
    redis.pipeline(_requests().put_command(attempt.id, request.as_json()), _keeping(attempt.id))


def keep(attempt_id: str) -> None:
    """Keep an attempt as long as one whose page was shown: the person is busy with another page of ours."""
    redis.pipeline(_keeping(attempt_id))


def remembered(attempt_id: str, browser: str) -> Attempt | None:
    """The request of an attempt that expired, for the browser that made it."""
    found = _requests().peek(attempt_id)
    attempt = Attempt.from_json(found) if found else None
    return attempt if attempt and attempt.belongs_to(browser) else None


def restart(attempt: Attempt, browser: str) -> str:
    """Begin again from a remembered request; the new attempt's id."""
    _requests().drop(attempt.id)
    return start(
        browser=browser,
        return_to=attempt.return_to.replace(attempt.id, "{attempt}"),
        requirement=attempt.requirement,
        client_id=attempt.client_id,
        params=attempt.params,
    )


def _keeping(attempt_id: str) -> tuple[Any, ...]:
    return ("EXPIRE", _attempts().key(attempt_id), settings.current().attempt_lifetime)


def _attempts() -> Records:
    return Records("login", settings.current().attempt_lifetime)


def _requests() -> Records:
    return Records("login-request", settings.current().login_restart_lifetime)
