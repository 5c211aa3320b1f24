"""One ping (CIBA Core §10.2): that a request was decided, never how."""

import orjson

from clients import Client
from idp import keyring, outbound, settings

_HEADERS = {"Content-Type": "application/json"}
#: The portal heard it, or will never want to: a refused token stays refused, a redirect is not followed.
_TRY_AGAIN = (408, 425, 429)


def send(client: Client, sealed: str) -> str:
    """Post a ping; the HTTP status the portal answered, or the kind of failure."""
    plain = keyring.open_token(sealed)
    if plain is None:
        return "the sealing key is gone"
    auth_req_id, token = orjson.loads(plain)
    try:
        reply = outbound.post(
            client.backchannel_client_notification_endpoint,
            orjson.dumps({"auth_req_id": auth_req_id}),
            headers=_HEADERS | {"Authorization": f"Bearer {token}"},
            seconds=settings.current().logout_timeout,
            client=client.client_id,
        )
    except outbound.Failed as failure:
        return type(failure).__name__
    return str(reply.status)


def delivered(outcome: str) -> bool:
    """Whether the portal took it; it should answer 204, and its body means nothing."""
    return outcome.isdigit() and 200 <= int(outcome) < 300


def worth_another_try(outcome: str) -> bool:
    """Whether the portal may answer otherwise next time: not after 401 or 403, nor after a redirect."""
    if outcome.isdigit():
        return int(outcome) >= 500 or int(outcome) in _TRY_AGAIN
    return outcome == "Unreachable"
