"""What a token or an answer travels in: encrypted to the one client that may read it (OIDC Core §10.2).

A client that registers an algorithm gets everything of that kind closed, and nothing of it in the open.
"""

from typing import Literal

from joserfc import jwe
from joserfc.jwk import Key

from clients import Client, client_keys, jwks
from clients.jwks import CONTENT_ENCRYPTION, KEY_MANAGEMENT
from idp.base.errors import Unavailable

Kind = Literal["authorization", "id_token", "introspection", "userinfo"]
KINDS: tuple[Kind, ...] = ("authorization", "id_token", "introspection", "userinfo")
#: OIDC Dynamic Client Registration 1.0 §2, RFC 9701 §6, JARM §3.
DEFAULT_ENC = "A128CBC-HS256"

_REGISTRY = jwe.JWERegistry(algorithms=[*KEY_MANAGEMENT, *CONTENT_ENCRYPTION])


def ready(client: Client) -> None:
    """See that the client's keys are at hand before anything changes; waits for the network when it must."""
    if client.jwks_uri and any(algorithm(client, kind) for kind in KINDS):
        client_keys.of(client, use="enc")


def algorithm(client: Client, kind: Kind) -> str:
    """How the client wants this kind encrypted; empty when it does not."""
    return str(getattr(client, f"{kind}_encrypted_response_alg"))


def closed(client: Client, kind: Kind, content: str, *, cty: str = "JWT") -> str:
    """The content as the client registered to get it; ``cty`` says that a JWT is inside (RFC 7519 §5.2)."""
    alg = algorithm(client, kind)
    if not alg:
        return content
    key = _recipient(client, alg)
    enc = getattr(client, f"{kind}_encrypted_response_enc") or DEFAULT_ENC
    header = {"alg": alg, "enc": enc, "kid": key.kid} | ({"cty": cty} if cty else {})
    return jwe.encrypt_compact(header, content, key, registry=_REGISTRY)


def _recipient(client: Client, alg: str) -> Key:
    """The first key that serves the algorithm; the portal put it there (OIDC Core §10.2)."""
    for key in client_keys.at_hand(client, "enc").keys:
        if alg in jwks.algorithms(key.as_dict(private=False)):
            return key
    raise Unavailable(f"key of client {client.client_id} for {alg}")
