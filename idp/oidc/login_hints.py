"""An opaque hint by which a portal can ask for a person it knows (OIDC Core §3.1.2.1, CIBA Core §7.1).

``sub`` is pairwise and cannot be turned back into a person; so ID tokens of portals that may ask in the
background carry, as ``login_hint``, the person sealed for that portal alone: different each time, opened only
by us, useless to every other portal. It stands in no database.
"""

from clients import Client
from idp import keyring

CLAIM = "login_hint"

_MARK = b"login-hint|"


def wanted(client: Client) -> bool:
    """Whether the portal may ask for people in the background, and so needs a way to name them."""
    return bool(client.backchannel_token_delivery_mode)


def hint(person_id: str, client: Client) -> str:
    """A fresh hint of a person for a portal."""
    return keyring.seal_token(_MARK + f"{client.client_id}|{person_id}".encode())


def person(text: str, client: Client) -> str | None:
    """The person whom a hint of ours names for this portal; ``None`` for every other text."""
    plain = keyring.open_token(text) or b""
    if not plain.startswith(_MARK):
        return None
    client_id, _, person_id = plain.removeprefix(_MARK).decode().partition("|")
    return person_id if client_id == client.client_id else None
