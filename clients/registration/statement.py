"""Software statements: metadata that a third party signed (RFC 7591 §2.3).

Whose statements are believed is for an operator to say (``idp clients software-issuer``). What a statement
says wins over what the client says beside it, in every language.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clients import jwks
from clients.registration import queries
from idp.base import clock
from idp.base.errors import Rejected

LARGEST = 16_384
ALGORITHMS = ["ES256", "ES384", "PS256", "RS256", "EdDSA", "Ed25519"]
_LEEWAY = 60
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
#: Claims about the statement itself, not about the client.
_ITS_OWN = frozenset({"iss", "iat", "exp", "nbf", "jti", "aud", "sub", "software_statement"})


def believed(text: object) -> dict[str, Any]:
    """The metadata in a statement of an issuer we know.

    Raises ``invalid_software_statement``, or ``unapproved_software_statement`` for a stranger's.
    """
    if not isinstance(text, str) or len(text) > LARGEST or not text.isascii():
        raise _invalid("is not a compact JWS")
    signer = _unverified(text).get("iss")
    keys = queries.software_keys(signer) if isinstance(signer, str) else None
    if keys is None:
        raise Rejected(
            "unapproved_software_statement", "the issuer of the software statement is not registered here"
        )
    return _metadata(_verified(text, keys))


def kept(text: str) -> dict[str, Any]:
    """The metadata in a statement that was believed when it was registered, expired or not."""
    return _metadata(_unverified(text))


def issuer(text: str) -> str:
    """Who signed a statement that was believed; nobody for none."""
    return str(_unverified(text)["iss"]) if text else ""


def over(body: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """Both together: a member that is stated is not the client's to say, nor to say in another language."""
    stems = {name.partition("#")[0] for name in stated}
    return {name: value for name, value in body.items() if name.partition("#")[0] not in stems} | dict(stated)


def _metadata(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims that are metadata of the client."""
    return {name: value for name, value in claims.items() if name not in _ITS_OWN}


def _verified(text: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    try:
        token = jwt.decode(text, KeySet.import_key_set(keys), algorithms=ALGORITHMS, registry=_REGISTRY)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError) as error:
        raise _invalid("has no signature of its issuer") from error
    key = next((key for key in keys["keys"] if key["kid"] == token.header.get("kid")), None)
    if key is not None and token.header["alg"] not in jwks.algorithms(key):
        raise _invalid("is signed by another algorithm than its key is for")
    moment, claims = clock.now(), dict(token.claims)
    times = [claims.get(name) for name in ("exp", "nbf", "iat")]
    if any(type(time) not in (int, type(None)) for time in times):
        raise _invalid("has a time that is no whole number")
    expires, begins, made = times
    if (expires is not None and moment >= expires + _LEEWAY) or max(
        begins or 0, made or 0
    ) > moment + _LEEWAY:
        raise _invalid("is not good now")
    return claims


def _unverified(text: str) -> dict[str, Any]:
    try:
        claims = orjson.loads(jws.extract_compact(text.encode(), registry=_REGISTRY).payload)
    except (JoseError, ValueError, TypeError) as error:
        raise _invalid("is not a compact JWS") from error
    if not isinstance(claims, dict):
        raise _invalid("holds no claims")
    return claims


def _invalid(why: str) -> Rejected:
    return Rejected("invalid_software_statement", f"the software statement {why}")
