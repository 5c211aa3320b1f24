"""A login to the console: all at once, one answer for whatever is wrong, failures counted like citizens'."""

from idp import audit
from idp.base import trace
from idp.login import throttle
from idp.staff import Member, find_by_name, proof, service


def enter(login_name: str, password: str, code: str) -> Member | None:
    """The member, if name, password and code are right and the network is his; raises ``throttle.Paused``."""
    address = trace.current().address
    # One form for counter and account: spaces around a name would otherwise buy new tries.
    name = login_name[:60].strip().lower()
    permit = throttle.admit(f"staff|{name}", address, "")
    with permit.weighing():
        member = find_by_name(name)
        right = proof.both(member, password, code)
    if member is None or not right or not member.comes_from(address):
        permit.failed()
        audit.record(
            "staff.login_failed",
            outcome="failed",
            staff=member.id if member else None,
            cause="network"
            if right
            else member.status
            if member and member.status != "active"
            else "credentials",
        )
        return None
    permit.succeeded()
    service.record_login(member.id, address)
    return member


def prove(member: Member, code: str) -> bool:
    """Whether this is an unused code of the member's generator; raises ``throttle.Paused``."""
    right = throttle.admit_factor(f"staff|{member.id}").weighed(lambda: proof.one_time(member, code))
    if not right:
        audit.record("staff.login_failed", outcome="failed", staff=member.id, cause="code")
    return right
