"""JWTs that a client signed: its assertions (RFC 7523) and its request objects (RFC 9101).

The algorithm is one of a list and the key one that is registered; whatever key the header brings or points
to is not looked at, and harmless unknown members of it are let pass (RFC 8725 §3.1, §3.10).
"""

from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from clients import Client, client_keys
from idp.base import strict_json

_LARGEST = 65536


class Unverified(ValueError):
    """Not a JWT that the client signed by one of the algorithms."""


def verified(client: Client, text: str, algorithms: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims; what they mean is judged by whoever asked. Raises ``Unverified``."""
    keys = client_keys.of_jwt(client, text)
    try:
        token = jws.deserialize_compact(text, keys, registry=_registry(algorithms))
        claims = strict_json.read(token.payload or b"", largest=_LARGEST)
    except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise Unverified(type(error).__name__) from error
    if not isinstance(claims, dict):
        raise Unverified("not an object")
    return token.headers(), claims


@lru_cache(maxsize=32)
def _registry(algorithms: tuple[str, ...]) -> jws.JWSRegistry:
    return jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
