"""``/attempts``: a portal reads which of its users' logins failed and why, to help them without asking us.

Only its own, only what went wrong, with the code's explanation and the reference number that the user was
shown; no person, no address. The portal shows a token of its own with the scope ``attempts``.
"""

from typing import Any

import orjson

from idp import audit, explanations
from idp.audit import Event, Inquiry, Reader
from idp.base.errors import Rejected
from idp.oidc import answers, bearer
from idp.oidc.request import Answer, Request

SCOPE = "attempts"
_MOST = 100
_PARAMETERS = {"cursor", "limit", "since"}


def get(http: Request) -> Answer:
    """A page of the portal's failed attempts, newest first; ``next`` leads to the page behind."""
    token = bearer.read(http, scope=SCOPE)
    asked = http.query()
    if unknown := asked.keys() - _PARAMETERS:
        raise Rejected("invalid_request", "unknown parameter", why=f"unknown: {min(unknown)[:40]}")
    since, limit = _number(asked, "since", 0, 2**40), _number(asked, "limit", 50, _MOST)
    inquiry = Inquiry(client=token.client_id, since=since, unsuccessful=True)
    reader = Reader(operator=f"client:{token.client_id}", case="attempts")
    found = audit.search(inquiry, reader, cursor=asked.get("cursor", ""), limit=max(1, limit))
    return answers.json({"attempts": [_shown(event) for event in found.events], "next": found.cursor})


def _number(asked: dict[str, str], name: str, otherwise: int, most: int) -> int:
    text = asked.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 13 and int(text) <= most):
        raise Rejected("invalid_request", f"{name} must be a number up to {most}")
    return int(text)


def _shown(event: Event) -> dict[str, Any]:
    code = str(orjson.loads(event.detail).get("error", ""))
    explained = explanations.BY_CODE.get(code)
    words = {name: getattr(explained, name) for name in ("meaning", "meaning_zh", "fix", "fix_zh")}
    return {
        "time": event.time // 1_000_000,
        "kind": event.kind,
        "outcome": event.outcome,
        "reference": event.request_id,
        **({"code": code} if code else {}),
        **(words if explained else {}),
    }
