"""Whether somebody is the member he says: password and one-time code, the same work for a name nobody has."""

from idp import keyring
from idp.authenticators import password as passwords
from idp.authenticators.password import form
from idp.authenticators.totp import codes
from idp.base.secret import Secret
from idp.staff import queries, service
from idp.staff.member import Member


def both(member: Member | None, password: str, code: str) -> bool:
    """Password and code are right, and the code is spent; behind a wrong password no code is looked at."""
    if form.too_long(password):
        return False
    kept = queries.credentials(member.id if member else "nobody")
    right = passwords.pool().verify(kept.password if kept else None, form.normal(password))
    return bool(right and member and kept and member.status == "active") and one_time(member, code)


def one_time(member: Member | None, code: str) -> bool:
    """The code comes from the member's generator and was never used; it is used from now on."""
    kept = queries.credentials(member.id) if member else None
    if member is None or kept is None:
        return False
    seed = Secret(keyring.unseal(kept.seed, service.seed_row(member.id)).decode())
    step = codes.step_of(seed, code)
    return step is not None and service.spend_step(member.id, step)
