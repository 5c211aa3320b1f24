"""Lasting verbs of the throttle: count a failure before it is answered, forgive, forget what is over."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idp import audit
from idp.login.models import LoginFailures
from idp.login.queries import begin_with
from idp.login.rule import Rule
from idp.store.db import transaction


@transaction
def count(session: Session, counters: Iterable[tuple[str, Rule]], at: int) -> None:
    """Count one failure of a try that was admitted ``at`` this moment, in each of its counters."""
    for counter, rule in counters:
        session.execute(_one_more(session, counter, rule, at))


@transaction
def forgive(session: Session, counter: str) -> None:
    """Forget a counter, because the right password was shown."""
    session.execute(delete(LoginFailures).where(LoginFailures.counter == counter))


@transaction
def lift(
    session: Session,
    beginnings: Sequence[str],
    *,
    person_id: str,
    cause: str,
    operator: str,
    source: str | None,
) -> list[str]:
    """Forgive the counters that begin so, because somebody of staff decided it; which they were."""
    gone = delete(LoginFailures).where(begin_with(beginnings)).returning(LoginFailures.counter)
    lifted = list(session.execute(gone).scalars())
    audit.record_in(
        session, "login.unlock", person=person_id, cause=cause, count=len(lifted), operator=operator,
        source=source,
    )  # fmt: skip
    return lifted


@transaction
def forget(session: Session, before: int) -> int:
    """Drop the counters that ended before a moment; how many."""
    over = delete(LoginFailures).where(LoginFailures.expires_at < before)
    return cast(CursorResult[Any], session.execute(over)).rowcount


def _one_more(session: Session, counter: str, rule: Rule, at: int) -> sqlite.Insert | postgresql.Insert:
    """The same count as the script's (``idp.login.scripts``), as one statement: none of two is lost."""
    row = LoginFailures
    over = row.since <= at - rule.window
    n = case((over, 1), else_=row.n + 1)
    ends = case((n >= rule.lock_at, at + rule.lock_pause), (n >= rule.slow_at, at + rule.slow_pause), else_=0)
    expires_at = at + max(rule.window, rule.slow_pause, rule.lock_pause)
    new = _insert(session).values(
        counter=counter, n=1, since=at, until=_first_pause(rule, at), expires_at=expires_at
    )
    return new.on_conflict_do_update(
        index_elements=["counter"],
        set_={
            "n": n,
            "since": case((over, at), else_=row.since),
            "until": case((row.until > ends, row.until), else_=ends),
            "expires_at": expires_at,
        },
    )


def _first_pause(rule: Rule, at: int) -> int:
    if rule.lock_at <= 1:
        return at + rule.lock_pause
    return at + rule.slow_pause if rule.slow_at <= 1 else 0


def _insert(session: Session) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do when the counter is there."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(LoginFailures)
    return sqlite.insert(LoginFailures)
