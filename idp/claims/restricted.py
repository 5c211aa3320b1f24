"""The full ID number: for one scope, by UserInfo alone, encrypted, each time on record (PIPL art. 28, 29).

It stands in no token, and the claims parameter does not know it.
"""

from clients import Client, scopes
from idp import persons
from idp.base.errors import Rejected

SCOPE = "idcard"
ID_NUMBER = "id_number"


def demand(client: Client, need: dict[str, str]) -> None:
    """Raise ``insufficient_scope`` unless the client may have the number at this moment, for this item."""
    if not scopes.held(client, SCOPE):
        raise _refused("the approval of the scope idcard has ended", "restricted.ended")
    if not client.userinfo_encrypted_response_alg:
        raise _refused("the scope idcard needs userinfo_encrypted_response_alg", "restricted.open")
    if not need.get("purpose") or need.get("item_code") not in client.item_codes:
        raise _refused("the scope idcard needs an authorization for an approved item", "restricted.item")


def id_number(person_id: str) -> str | None:
    """The person's number, unsealed for this one answer."""
    return persons.full_number(person_id)


def _refused(hint: str, why: str) -> Rejected:
    return Rejected("insufficient_scope", hint, why=why, status=403)
