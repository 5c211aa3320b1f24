"""Types of authorization details: what in particular a portal may ask leave for (RFC 9396).

Owns: the register of types, what each must hold, how it is told to the person.
Not here: the request that brings them (``idp.oidc``), the page that shows them (``idp.consent``).
"""

from collections.abc import Collection
from typing import Any

from clients.authorization_details.detail import CODE, DetailType
from clients.authorization_details.elicense_read import ELICENSE_READ
from clients.authorization_details.esign import ESIGN
from idp.base import strict_json
from idp.base.errors import Rejected

__all__ = ["CODE", "REGISTER", "DetailType", "level", "read"]

REGISTER: dict[str, DetailType] = {one.name: one for one in (ELICENSE_READ, ESIGN)}

_MOST = 5
_LARGEST = 4096


def read(text: str, allowed: Collection[str]) -> tuple[dict[str, Any], ...]:
    """The details of a request, each of an ``allowed`` type; raises its error (§5)."""
    try:
        value = strict_json.read(text, largest=_LARGEST, deepest=4)
    except ValueError as error:
        raise _refused("authorization_details is not valid JSON") from error
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST:
        raise _refused(f"authorization_details must be a list of 1 to {_MOST} objects")
    for entry in value:
        _judge(entry, allowed)
    return tuple(value)


def level(details: Collection[dict[str, Any]]) -> int:
    """The lowest login level that these details need."""
    return max((REGISTER[entry["type"]].level for entry in details), default=0)


def _judge(entry: object, allowed: Collection[str]) -> None:
    kind = entry.get("type") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(kind, str) or kind not in REGISTER:
        raise _refused("the type of an authorization detail is missing or unknown")
    if kind not in allowed:
        raise _refused("the client is not registered for this type of authorization details")
    if fault := REGISTER[kind].fault(entry):
        raise _refused(f"an authorization detail is not valid: {fault}")


def _refused(hint: str) -> Rejected:
    return Rejected("invalid_authorization_details", hint)
