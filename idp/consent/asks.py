"""Questions under way: what the authorize endpoint asks, how far this browser has come, what was decided.

    started ──screen agreed──▶ … ──last screen──▶ granted ──taken──▶ gone
       └────────────────── not agreed ──────────▶ denied ──taken──▶ gone

The question is the server's record; a form brings the decision and the optional data ticked, nothing else
(attack book K10).
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from idp import settings
from idp.base.secret import digest, random_token, same
from idp.store.ephemeral import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of one tab; ``browser`` is the digest of the browser's mark."""

    id: str
    browser: str
    person_id: str
    client_id: str
    scopes: tuple[str, ...]
    return_to: str
    purpose: str = ""
    item_code: str = ""
    item: str = ""
    """Code of the service item that is applied for, whatever data it needs."""
    known: tuple[str, ...] = ()
    """Scopes agreed to before, which stay granted whatever is answered now."""
    details: tuple[dict[str, Any], ...] = ()
    """Authorization details, agreed to with the question as a whole and never remembered (RFC 9396 §6.1)."""
    agreed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def belongs_to(self, browser: str) -> bool:
        """Whether this browser was asked."""
        return same(self.browser, digest(browser))

    def answered(self, agreed: Collection[str], refused: Collection[str]) -> "Question":
        """The question after one more screen."""
        return replace(self, agreed=(*self.agreed, *agreed), refused=(*self.refused, *refused))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided: denied as a whole, or these scopes granted."""

    person_id: str
    client_id: str
    granted: bool
    scopes: tuple[str, ...] = ()
    details: tuple[dict[str, Any], ...] = ()
    purpose: str = ""
    item_code: str = ""

    @property
    def need(self) -> dict[str, str]:
        """What the person was told that the portal needs restricted data for; nothing where it has none."""
        return {"purpose": self.purpose, "item_code": self.item_code} if self.item_code else {}


def start(
    *,
    browser: str,
    person_id: str,
    client_id: str,
    scopes: Collection[str],
    return_to: str,
    purpose: str = "",
    item_code: str = "",
    known: Collection[str] = (),
    details: tuple[dict[str, Any], ...] = (),
    item: str = "",
) -> str:
    """Begin to ask; returns the question's id, whose page is ``/consent/<id>``."""
    if not return_to.startswith("/") or return_to.startswith("//"):
        raise ValueError("return_to is a path of this server")
    question = Question(
        id=random_token(),
        browser=digest(browser),
        person_id=person_id,
        client_id=client_id,
        scopes=tuple(scopes),
        return_to=return_to,
        purpose=purpose[:300],
        item_code=item_code,
        known=tuple(known),
        details=details,
        item=item,
    )
    save(question)
    return question.id


def save(question: Question) -> None:
    """Write a question back."""
    _questions().put(question.id, asdict(question))


def peek(ask_id: str) -> Question | None:
    """The question of an id, left where it is."""
    record = _questions().peek(ask_id)
    if record is None:
        return None
    lists = {name: tuple(record[name]) for name in ("scopes", "known", "agreed", "refused", "details")}
    return Question(**record | lists)


def decide(question: Question, *, granted: bool) -> bool:
    """End a question with a decision; ``False`` when another tab has ended it."""
    if _questions().take(question.id) is None:
        return False
    decision = Decision(
        person_id=question.person_id,
        client_id=question.client_id,
        granted=granted,
        scopes=(*question.known, *question.agreed) if granted else (),
        details=question.details if granted else (),
        purpose=question.purpose,
        item_code=question.item_code,
    )
    _decisions().put(question.id, asdict(decision) | {"browser": question.browser})
    return True


def take_decision(ask_id: str, browser: str) -> Decision | None:
    """The decision of a question, once, for the browser that was asked."""
    record = _decisions().take(ask_id)
    if record is None or not same(str(record.pop("browser")), digest(browser)):
        return None
    return Decision(**record | {name: tuple(record[name]) for name in ("scopes", "details")})


def _questions() -> Records:
    return Records("ask", settings.current().attempt_lifetime)


def _decisions() -> Records:
    return Records("ask-decided", settings.current().code_lifetime)
