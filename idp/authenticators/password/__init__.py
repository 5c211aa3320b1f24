"""Passwords: Argon2id hashes, the same work for everybody, refused when they are the ones thieves try first.

NIST SP 800-63B-4 §3.1.1: length and a block list; no rules of composition, no change without a reason.
"""

import logging
import threading
from collections.abc import Iterable

from idp.authenticators import queries, service
from idp.authenticators.password import form, hashing, policy
from idp.authenticators.password.hashing import Pool
from idp.base.errors import Unavailable
from idp.settings import current as settings

__all__ = ["METHOD", "check", "enrolled", "set"]

log = logging.getLogger(__name__)

METHOD = "pwd"

#: No person has it: who is unknown costs the same look-up.
_NOBODY = "00000000-0000-0000-0000-000000000000"

_pool: Pool | None = None
_making = threading.Lock()


def enrolled(person_id: str) -> bool:
    """Whether the person has a password."""
    return queries.password_hash(person_id) is not None


def check(person_id: str | None, password: str) -> bool:
    """Whether this is the person's password; the same work for nobody. Raises ``Unavailable`` in a storm."""
    if form.too_long(password):
        return False
    hashed = queries.password_hash(person_id or _NOBODY)
    normal = form.normal(password)
    if not pool().verify(hashed, normal) or person_id is None or hashed is None:
        return False
    if hashing.outdated(hashed):
        _rehash(person_id, hashed, normal)
    return True


def set(person_id: str, password: str, *, words: Iterable[str] = (), operator: str | None = None) -> None:
    """Give a person a password; raises ``Rejected("password.…")`` when the policy forbids it.

    ``words`` are what the caller knows of the person and we do not, above all the ID number.
    """
    form.check(password)
    normal = form.normal(password)
    policy.check(person_id, normal, words)
    service.set_password(person_id, pool().hash(normal), operator=operator)


def pool() -> Pool:
    """The hashing pool of this process."""
    global _pool
    with _making:
        if _pool is None:
            _pool = Pool(settings().hash_workers, settings().hash_queue)
        return _pool


def _rehash(person_id: str, old: str, password: str) -> None:
    """Bring an old hash to today's parameters; a login does not fail because that fails."""
    try:
        service.rehash_password(person_id, old, pool().hash(password))
    except Unavailable as error:
        log.warning("password.rehash_put_off: %s", error.what)
