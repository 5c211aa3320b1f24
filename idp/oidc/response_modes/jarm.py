"""JWT-secured authorization responses (JARM §2.1): what a mode carries, signed and closed for one client."""

from clients import Client
from idp import keyring
from idp.base.clock import now
from idp.tokens import envelope

#: A response is for now: the code in it lives a minute (JARM §2.1: at most ten minutes).
_LIFETIME = 120


def response(client: Client, parameters: dict[str, str]) -> str:
    """The parameters, ``iss`` among them, as a JWT for this client.

    Signed as registered, else as the client's ID tokens are, so that it needs one algorithm and no more.
    """
    claims = {**parameters, "aud": client.client_id, "exp": now() + _LIFETIME}
    algorithm = client.authorization_signed_response_alg or client.id_token_signed_response_alg
    return envelope.closed(client, "authorization", keyring.sign(claims, alg=algorithm, typ="JWT"))
