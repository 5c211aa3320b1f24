"""A draft tried on what happened: recent entries replayed against it instead of what is in force.

What is replayed is what the record holds of an entry: portal, item, scopes, the level the session had, and
whether somebody acted for an organisation. What single authorization details asked for is not in it. A trial
is kept for some minutes, so that looking at a draft again reads nothing again.
"""

from dataclasses import dataclass, replace
from typing import Any

import orjson
from pydantic import TypeAdapter

import clients
from idp import policies
from idp.base import clock
from idp.base.errors import Rejected
from idp.policies import judgement, kinds
from idp.policies.combination import Policies
from idp.policies.policy import Draft
from idp.policies.recent import DAYS, MOST, Bound, Recent
from idp.policies.whatif import Asked, Entry, Judge, Report, Tally, rounded
from idp.store.ephemeral import Records

_kept = Records("policy-trial", 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was read, and what a draft would have changed of it."""

    report: Report
    since: int
    """From when on everything was read, epoch seconds."""
    bound: Bound
    made_at: int
    days: int = DAYS
    most: int = MOST


_TRIAL = TypeAdapter(Trial)


def of(draft: Draft, *, anew: bool = False) -> Trial:
    """The trial of a draft in round counts, made within the last minutes or now; raises ``Unavailable``."""
    found = None if anew else _kept.peek(draft.id)
    if found is not None:
        return _TRIAL.validate_python(found)
    exact = run(draft)
    made = replace(exact, report=rounded(exact.report))
    _kept.put(draft.id, orjson.loads(_TRIAL.dump_json(made)))
    return made


def run(draft: Draft) -> Trial:
    """Replay what was recorded lately; raises ``Faulty`` when the draft cannot be read."""
    current = policies.current()
    policy = kinds.find(draft.kind).read(draft.document)
    after = current.replaced(draft.kind, draft.division, policy)
    reading, tally = Recent(draft.division), Tally(judge(current), judge(after))
    for visits in reading.visits(ages=_asks_for_age(draft.kind, policy)):
        tally.add(visits)
    return Trial(report=tally.report(), since=reading.since, bound=reading.bound, made_at=clock.now())


def judge(known: Policies) -> Judge:
    """What these policies ask of an entry, as they would of the request; of a portal that is gone nothing."""

    def asked(entry: Entry) -> Asked:
        client = clients.find(entry.client)
        if client is None:
            return Asked()
        codes, scopes = [entry.item] if entry.item else [], entry.scopes.split()
        try:
            found = judgement.judge(
                known.at(client.division), subject_types=client.subject_types_allowed, codes=codes
            )
            kept = judgement.kept(found, scopes)
        except Rejected as refused:
            return Asked(refused=refused.why)
        if codes and ("legal" if entry.legal else "natural") not in found.subject_types:
            return Asked(refused="item.subject")
        level = found.legal_level if entry.legal else found.level
        return Asked(level=level, max_age=found.max_age, lost=frozenset(scopes).difference(kept))

    return asked


def _asks_for_age(kind: str, policy: Any) -> bool:
    return kind == "rules" and policy.max_age is not None
