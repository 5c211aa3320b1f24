"""A file judged: what applying it would change, or every mistake it has, each with its line."""

from dataclasses import dataclass
from typing import Any

from clients.logos import Logo
from idp import notation
from idp.base.errors import Rejected
from idp.configuration import state as states
from idp.configuration.configuration import FORMAT, LARGEST, Actor, Change, Fault, Refused
from idp.configuration.judging import ABSENT, Found, Judging
from idp.configuration.sections import SECTIONS, clients
from idp.configuration.state import State, digest_of
from idp.divisions import Reach
from idp.notation.reading import Path

_NAMES = tuple(section.name for section in SECTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file changes, against which state; ``digest`` is of what the file says."""

    state: State
    digest: str
    changes: tuple[Change, ...]
    prune: bool
    fetched: dict[str, Logo]

    @property
    def counts(self) -> tuple[str, ...]:
        """How many things of each section come, change and go."""
        kinds = [f"{one.section}.{one.action}" for one in self.changes]
        return tuple(f"{kind}={kinds.count(kind)}" for kind in dict.fromkeys(kinds))


def judge(text: str, *, actor: Actor, prune: bool, fetch: bool = False) -> Plan:
    """Judge a file; raises ``Refused`` with every mistake, ``Rejected`` for what the officer may not do.

    With ``fetch`` what new registrations point to is fetched and judged, too.
    """
    document = _read(text)
    reach = _within(text, document, actor)
    judging = Judging(document, states.read(reach), actor, prune=prune)
    for section in SECTIONS:
        if section.applies(reach):
            section.judge(judging)
        elif judging.entries(section.name):
            judging.absent((section.name,))
    _demand_sound(text, judging)
    for permission in dict.fromkeys(change.permission for change in judging.changes):
        if not actor.may(permission):
            raise Rejected("permission", f"This file needs {permission}", why=permission, status=403)
    fetched = clients.fetch(judging) if fetch else {}
    _demand_sound(text, judging)
    return Plan(
        state=judging.state,
        digest=digest_of(document),
        changes=tuple(judging.changes),
        prune=prune,
        fetched=fetched,
    )


def _read(text: str) -> dict[str, Any]:
    try:
        document = notation.read(text, largest=LARGEST)
    except notation.Unreadable as error:
        raise Refused([Fault(line=error.line, place="", reason=error.reason)]) from None
    if not isinstance(document, dict):
        raise Refused([Fault(line=1, place="", reason="must begin with the key configuration")])
    faults: list[Found] = [
        ((name,), "is not a known section", "")
        for name in document
        if name not in ("configuration", "within", *_NAMES)
    ]
    if document.get("configuration") != FORMAT or type(document["configuration"]) is not int:
        faults.append((("configuration",), f"must be {FORMAT}, the format of this file", ""))
    if not isinstance(document.get("within"), str):
        faults.append((("within",), "must be the code of a division or the id of a department", ""))
    faults += [
        ((name,), "must be a list", "") for name in _NAMES if not isinstance(document.get(name, []), list)
    ]
    if faults:
        raise Refused(_located(text, faults))
    return document


def _within(text: str, document: dict[str, Any], actor: Actor) -> Reach:
    """What the file is of, which the officer has to reach as a whole."""
    try:
        return states.place(document["within"] or "-", actor.reach)
    except Rejected:
        raise Refused(_located(text, [(("within",), ABSENT, "")]), beyond=True) from None


def _demand_sound(text: str, judging: Judging) -> None:
    if judging.faults:
        raise Refused(_located(text, judging.faults), beyond=judging.beyond)


def _located(text: str, faults: list[Found]) -> list[Fault]:
    found = notation.lines(text, {path for path, _, _ in faults}, largest=LARGEST)
    return [Fault(line=found[path], place=_spelled(path), reason=_printable(reason), chinese=chinese)
            for path, reason, chinese in dict.fromkeys(faults)]  # fmt: skip


def _spelled(path: Path) -> str:
    spelled = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:64]}" for step in path)
    return _printable(spelled.lstrip("."))


def _printable(text: str) -> str:
    """Harmless in a terminal and a log, whatever stood in the file (CWE-117)."""
    return "".join(one if one.isprintable() else "?" for one in text[:300])
