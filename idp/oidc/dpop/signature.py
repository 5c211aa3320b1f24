"""One JWS, signed with the key in its own header (RFC 9449 §4.2, §4.3 numbers 2 to 7)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from idp.base.secret import b64url
from idp.oidc.dpop.refusal import refused

#: What every profile allows (FAPI 2.0 SP §5.4.1): asymmetric, and RSA with PSS only.
ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")

_LARGEST = 8192
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
#: What makes a public key (RFC 7638 §3.2), and how long each member may be: RSA up to 4096 bits.
_MEMBERS = {"EC": {"crv": 5, "x": 43, "y": 43}, "RSA": {"e": 6, "n": 683}, "OKP": {"crv": 7, "x": 43}}
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_SHORTEST_MODULUS = 342


class _Registry(jws.JWSRegistry):
    """What we read; a header with an RSA key in it is longer than the library expects."""

    max_header_length = _LARGEST


_REGISTRY = _Registry(algorithms=list(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was signed, and the thumbprint of the key (RFC 7638) that signed it."""

    claims: dict[str, Any]
    thumbprint: str


def read(text: str) -> Signed:
    """A proof whose type, algorithm, key and signature hold; raises ``invalid_dpop_proof``."""
    if not text:
        raise refused("a DPoP proof is required")
    # Two DPoP headers arrive as one, with a comma between them.
    if len(text) > _LARGEST or not _COMPACT.fullmatch(text):
        raise refused("the DPoP header must hold one JWT")
    try:
        return _verified(jws.extract_compact(text.encode(), registry=_REGISTRY))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise refused("the DPoP proof is malformed") from error


def _verified(parsed: jws.CompactSignature) -> Signed:
    header = parsed.headers()
    if str(header.get("typ")).lower() != "dpop+jwt":
        raise refused("typ must be dpop+jwt")
    if header.get("alg") not in ALGORITHMS:
        raise refused(f"alg must be one of {', '.join(ALGORITHMS)}")
    canonical = orjson.dumps(_public(header.get("jwk")), option=orjson.OPT_SORT_KEYS)
    if not jws.validate_compact(parsed, _key(canonical), registry=_REGISTRY):
        raise refused("the signature of the DPoP proof does not hold")
    claims = orjson.loads(parsed.payload)
    if not isinstance(claims, dict):
        raise refused("the DPoP proof must hold claims")
    return Signed(claims=claims, thumbprint=b64url(hashlib.sha256(canonical).digest()))


@lru_cache(maxsize=1024)
def _key(canonical: bytes) -> Key:
    """The key of a proof; a client shows the same one again and again, and reading it costs half a check."""
    return JWKRegistry.import_key(orjson.loads(canonical))


def _public(jwk: Any) -> dict[str, str]:
    """The members that make a public key, and no others: what its thumbprint is made of."""
    if not isinstance(jwk, Mapping):
        raise refused("jwk is missing")
    if _PRIVATE & jwk.keys():
        raise refused("jwk holds a private key: replace that key", why="dpop.private_key")
    kind = str(jwk.get("kty"))
    bounds = _MEMBERS.get(kind)
    if bounds is None or jwk.get("crv") != _CURVES.get(kind):
        raise refused("jwk must be a key of P-256, RSA or Ed25519")
    public = {"kty": kind}
    for name, longest in bounds.items():
        value = jwk.get(name)
        if not isinstance(value, str) or len(value) > longest:
            raise refused(f"jwk has no {name}, or a longer one than any key we take")
        public[name] = value
    if kind == "RSA" and len(public["n"]) < _SHORTEST_MODULUS:
        raise refused("jwk must have 2048 to 4096 bits")
    return public
