"""Which public keys a client may have (RFC 7517, OIDC Dynamic Client Registration 1.0 §2).

What is registered is judged strictly, for somebody stands by who can mend it. What is fetched from the
client's own address is read as RFC 7517 §5 says: keys that mean nothing to us are passed over; but a set that
shows a private key, or two keys of one name, is refused whole.
"""

import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal, get_args

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from idp.base import strict_json
from idp.base.secret import b64url_decode

Use = Literal["sig", "enc"]
USES: tuple[Use, ...] = get_args(Use)

MOST_KEYS = 10
_MOST_LISTED = 50
_LARGEST_TYPED = 20_000
#: What a private key looks like in a text that cannot be read as JSON.
_SIGNS = ("PRIVATE KEY", '"d"', '"k"')
_LONGEST_MODULUS = 1400
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_MEMBERS = {
    "RSA": frozenset({"n", "e"}),
    "EC": frozenset({"crv", "x", "y"}),
    "OKP": frozenset({"crv", "x"}),
}
_COMMON = frozenset({"kty", "kid", "use", "alg", "key_ops", "x5c"})
_LONGEST_CHAIN = 5
_LONGEST_CERTIFICATE = 8192
_AGREEMENT = ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
#: How a content key reaches a client, and what it does there (RFC 7518 §4, §5): no RSA1_5, no SHA-1.
KEY_MANAGEMENT = (*_AGREEMENT, "RSA-OAEP-256")
CONTENT_ENCRYPTION = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
_ALGORITHMS: dict[Use, dict[str, tuple[str, ...]]] = {
    "sig": {
        "RSA": ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512"),
        "P-256": ("ES256",),
        "P-384": ("ES384",),
        "Ed25519": ("EdDSA", "Ed25519"),
    },
    "enc": {
        "RSA": ("RSA-OAEP-256",),
        "P-256": _AGREEMENT,
        "P-384": _AGREEMENT,
        "X25519": _AGREEMENT,
    },
}
_OPERATIONS: dict[Use, frozenset[str]] = {
    "sig": frozenset({"verify"}),
    "enc": frozenset({"encrypt", "wrapKey", "deriveKey", "deriveBits"}),
}


def check(jwks: Mapping[str, Any]) -> None:
    """Judge a registered JWK set: public keys of good strength, a ``kid`` for each; raises ``ValueError``."""
    keys = jwks.get("keys")
    if set(jwks) != {"keys"} or not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise ValueError(f'must be {{"keys": [...]}} with 1 to {MOST_KEYS} keys')
    for position, key in enumerate(keys):
        try:
            _check_key(key)
            _check_certificate(key)
        except ValueError as error:
            raise ValueError(f"keys[{position}] {error}") from None
    _check_names(keys)


def shows_secret(document: object) -> bool:
    """Whether a private or symmetric key stands anywhere in what should be a set of public keys."""
    if isinstance(document, Mapping):
        if "kty" in document and _PRIVATE & document.keys():
            return True
        document = list(document.values())
    return isinstance(document, list) and any(map(shows_secret, document))


def shown_again(typed: str) -> str:
    """Keys as they were typed, for a form that is shown again; a private one is not sent back."""
    try:
        secret = shows_secret(strict_json.read(typed, largest=_LARGEST_TYPED))
    except ValueError:
        secret = any(sign in typed for sign in _SIGNS)
    return "" if secret else typed


def usable(document: object) -> list[dict[str, Any]]:
    """The keys of a fetched JWK set that may be used, and of each what we know; raises ``ValueError``."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > _MOST_LISTED:
        raise ValueError(f"is no set of at most {_MOST_LISTED} keys")
    if any(isinstance(key, dict) and _PRIVATE & key.keys() for key in listed):
        raise ValueError("shows a private or symmetric key")
    keys = [known for key in listed if (known := _known(key))]
    if not 1 <= len(keys) <= MOST_KEYS:
        raise ValueError(f"must have 1 to {MOST_KEYS} keys that can be used")
    _check_names(keys)
    return keys


def algorithms(key: Mapping[str, Any]) -> tuple[str, ...]:
    """The algorithms that a key may be used with (RFC 8725 §3.1)."""
    return (key["alg"],) if "alg" in key else _ALGORITHMS[_use(key)][_kind(key)]


def key_set(keys: list[dict[str, Any]], use: Use) -> KeySet:
    """The keys for one use; a key that does not say serves signatures."""
    return KeySet([JWKRegistry.import_key(key) for key in keys if _use(key) == use])


def _known(key: object) -> dict[str, Any] | None:
    """What we know of a key; ``None`` for one we could not use."""
    if not isinstance(key, dict):
        return None
    members = _COMMON | _MEMBERS.get(str(key.get("kty")), frozenset())
    known = {name: value for name, value in key.items() if name in members}
    try:
        # The key may be good where its certificate is not.
        certificate = {"x5c": known.pop("x5c")} if "x5c" in known else {}
        _check_key(known)
        with suppress(ValueError):
            _check_certificate(known | certificate)
            known |= certificate
    except ValueError:
        return None
    return known


def _check_names(keys: list[dict[str, Any]]) -> None:
    if len({key["kid"] for key in keys}) != len(keys):
        raise ValueError("every key needs its own kid")


def _check_key(key: object) -> None:
    if not isinstance(key, dict) or not all(isinstance(member, str) for member in key):
        raise ValueError("is not a JWK")
    if _PRIVATE & key.keys():
        raise ValueError("is private or symmetric: register the public key only, and replace this one")
    kind = key.get("kty")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise ValueError("must be of kty RSA, EC or OKP")
    if unknown := key.keys() - _MEMBERS[kind] - _COMMON:
        raise ValueError(f"has members that are not supported: {', '.join(sorted(unknown))}")
    if not all(isinstance(key.get(member), str) for member in _MEMBERS[kind]):
        raise ValueError(f"needs the members {', '.join(sorted(_MEMBERS[kind]))}")
    _check_purpose(key)
    _check_strength(key)


def _check_purpose(key: dict[str, Any]) -> None:
    kid = key.get("kid")
    if not isinstance(kid, str) or not 1 <= len(kid) <= 128 or not kid.isascii() or not kid.isprintable():
        raise ValueError("needs a kid of 1 to 128 printable ASCII characters")
    if key.get("use", "sig") not in USES:
        raise ValueError("must be for signatures or for encryption (use: sig, use: enc)")
    use = _use(key)
    operations = key.get("key_ops", [])
    if not isinstance(operations, list) or not all(one in _OPERATIONS[use] for one in operations):
        raise ValueError("must have the key_ops of its use, or none")
    if len(key.get("n", "")) > _LONGEST_MODULUS:
        raise ValueError("must have 2048 to 8192 bits")
    known = _ALGORITHMS[use]
    if _kind(key) not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    if "alg" in key and key["alg"] not in known[_kind(key)]:
        raise ValueError(f"must have one of these alg values or none: {', '.join(known[_kind(key)])}")


def _check_strength(key: dict[str, Any]) -> None:
    try:
        modulus = int.from_bytes(b64url_decode(key.get("n", "")))
    except ValueError as error:
        raise ValueError("is not a valid public key") from error
    if key["kty"] == "RSA" and not 2048 <= modulus.bit_length() <= 8192:
        raise ValueError("must have 2048 to 8192 bits")
    try:
        JWKRegistry.import_key(key)
    except (JoseError, TypeError, ValueError) as error:
        raise ValueError("is not a valid public key") from error


def _check_certificate(key: dict[str, Any]) -> None:
    """The key is that of its certificate, if it shows one (RFC 7517 §4.7)."""
    if "x5c" in key and _certified(key["x5c"]) != JWKRegistry.import_key(key).public_key:
        raise ValueError("must have the key of its certificate (x5c)")


def _certified(chain: object) -> object:
    """The public key of a chain's first certificate."""
    listed = chain if isinstance(chain, list) else []
    readable = all(isinstance(one, str) and len(one) <= _LONGEST_CERTIFICATE for one in listed)
    if not readable or not 1 <= len(listed) <= _LONGEST_CHAIN:
        raise ValueError(f"must have 1 to {_LONGEST_CHAIN} certificates in x5c, or no x5c")
    try:
        return x509.load_der_x509_certificate(base64.b64decode(listed[0], validate=True)).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("must have certificates in x5c as RFC 7517 §4.7 writes them") from error


def _use(key: Mapping[str, Any]) -> Use:
    return "enc" if key.get("use") == "enc" else "sig"


def _kind(key: Mapping[str, Any]) -> str:
    return "RSA" if key["kty"] == "RSA" else str(key["crv"])
