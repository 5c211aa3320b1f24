"""The one lasting verb: apply a file, all of it in one transaction or nothing."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from clients import snapshot, version
from clients.client import SECRET_METHODS
from idp import audit, policies
from idp.base.errors import Rejected
from idp.configuration import plan as plans
from idp.configuration import state as states
from idp.configuration.configuration import Actor, Change
from idp.configuration.plan import Plan
from idp.configuration.sections import SECTIONS, clients
from idp.store.db import transaction

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was changed, or would be; ``digest`` names the state after it."""

    changes: tuple[Change, ...]
    digest: str
    written: bool

    @property
    def without_secret(self) -> tuple[str, ...]:
        """New portals that cannot log in before somebody makes their secret."""
        return tuple(
            change.name
            for change in self.changes
            if change.section == clients.NAME and change.action == "added"
            if change.subject[0].token_endpoint_auth_method in SECRET_METHODS
        )


class _Moved(Exception):
    """Somebody changed something between the judgement and the lock."""


def compare(text: str, *, actor: Actor, prune: bool = False, expected: str | None = None) -> Plan:
    """What a file would change; raises ``Refused`` for a faulty one, writes nothing."""
    plan = plans.judge(text, actor=actor, prune=prune)
    _demand_state(plan, expected)
    return plan


def apply(text: str, *, actor: Actor, prune: bool = False, expected: str | None = None) -> Applied:
    """Bring into force what a file says; with ``prune`` what it leaves out of its sections goes.

    ``expected`` is the digest of the state that was seen: another one is refused (412). The judgement, which
    takes long, is made before the lock; whoever changes something meanwhile has it made again.
    """
    for _ in range(_ATTEMPTS):
        plan = plans.judge(text, actor=actor, prune=prune, fetch=True)
        _demand_state(plan, expected)
        if not plan.changes:
            return Applied(changes=(), digest=plan.state.digest, written=False)
        try:
            _write(plan, actor.id)
        except _Moved:
            continue
        snapshot.expire()
        policies.expire()
        return Applied(changes=plan.changes, digest=states.read(plan.state.reach).digest, written=True)
    raise _stale("changed all the time")


def _demand_state(plan: Plan, expected: str | None) -> None:
    if expected is not None and expected != plan.state.digest:
        raise _stale("stale")


def _stale(why: str) -> Rejected:
    return Rejected("precondition_failed", "The configuration has changed meanwhile", why=why, status=412)


@transaction
def _write(session: Session, plan: Plan, operator: str) -> None:
    standing = (version.lock(session) - 1, version.lock(session, policies.queries.REGISTRY) - 1)
    if standing != plan.state.versions:
        raise _Moved
    for section in SECTIONS:
        changes = [change for change in plan.changes if change.section == section.name]
        if changes:
            section.write(session, changes, operator, plan.fetched)
    reach = plan.state.reach
    audit.record_in(
        session, "configuration.apply", action="pruned" if plan.prune else "applied", changes=plan.counts,
        count=len(plan.changes), fingerprint=plan.digest, division=reach.division,
        department=reach.department or None, operator=operator,
    )  # fmt: skip
