"""Which public keys a client may register (RFC 7517, OIDC Dynamic Client Registration 1.0 §2)."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

MOST_KEYS = 10
_LONGEST_MODULUS = 1400
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_MEMBERS = {
    "RSA": frozenset({"n", "e"}),
    "EC": frozenset({"crv", "x", "y"}),
    "OKP": frozenset({"crv", "x"}),
}
_COMMON = frozenset({"kty", "kid", "use", "alg", "key_ops"})
_ALGORITHMS = {
    "RSA": ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "Ed25519": ("EdDSA", "Ed25519"),
}


def check(jwks: Mapping[str, Any]) -> None:
    """Judge a JWK set: public signature keys of good strength, a ``kid`` for each; raises ``ValueError``."""
    keys = jwks.get("keys")
    if set(jwks) != {"keys"} or not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise ValueError(f'must be {{"keys": [...]}} with 1 to {MOST_KEYS} keys')
    for position, key in enumerate(keys):
        try:
            _check_key(key)
        except ValueError as error:
            raise ValueError(f"keys[{position}] {error}") from None
    if len({key["kid"] for key in keys}) != len(keys):
        raise ValueError("every key needs its own kid")


def algorithms(key: Mapping[str, Any]) -> tuple[str, ...]:
    """The signature algorithms that a registered key may be used with (RFC 8725 §3.1)."""
    kind = "RSA" if key["kty"] == "RSA" else key["crv"]
    return (key["alg"],) if "alg" in key else _ALGORITHMS[kind]


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
    if key.get("use", "sig") != "sig" or key.get("key_ops", ["verify"]) != ["verify"]:
        raise ValueError("must be a signature key (use: sig)")
    curve = "RSA" if key["kty"] == "RSA" else key["crv"]
    if len(key.get("n", "")) > _LONGEST_MODULUS:
        raise ValueError("must have 2048 to 8192 bits")
    if curve not in _ALGORITHMS:
        raise ValueError("must be RSA, P-256, P-384 or Ed25519")
    if "alg" in key and key["alg"] not in _ALGORITHMS[curve]:
        raise ValueError(f"must have one of these alg values or none: {', '.join(_ALGORITHMS[curve])}")


def _check_strength(key: dict[str, Any]) -> None:
    try:
        public = JWKRegistry.import_key(key)
        size = getattr(public.public_key, "key_size", 0)
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError("is not a valid public key") from error
    if key["kty"] == "RSA" and not 2048 <= size <= 8192:
        raise ValueError("must have 2048 to 8192 bits")
