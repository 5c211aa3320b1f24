"""A factor asked for again before something dangerous, with failures counted as in a login.

A session somebody left open must not be enough to take the account over (ASVS 5.0 §6.4, §7.5).
"""

from idp import audit, authenticators
from idp.base import trace
from idp.login import throttle
from idp.sessions import Session


def password(session: Session, given: str) -> bool:
    """Whether this is the password of the session's person; raises ``throttle.Paused``.

    The session counts as a known device: whoever guesses here shuts out this session alone.
    """
    permit = throttle.admit(session.person_id, trace.current().address, session.id)
    right = permit.weighed(lambda: authenticators.password.check(session.person_id, given))
    if not right:
        _record("login.failure", session, "pwd")
    return right


def code(session: Session, given: str) -> bool:
    """Whether this is an unused one-time code of the session's person; raises ``throttle.Paused``."""
    permit = throttle.admit_factor(session.person_id)
    right = permit.weighed(lambda: authenticators.totp.check(session.person_id, given))
    if not right:
        _record("mfa.failure", session, "otp")
    return right


def _record(kind: str, session: Session, method: str) -> None:
    audit.record(
        kind,
        person=session.person_id,
        session=session.id,
        outcome="failed",
        method=method,
        cause="asked again on the account pages",
    )
