"""Proofs of possession: DPoP (RFC 9449 §4.3, §7) and the client's certificate (RFC 8705 §3)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from resource_server.refusal import Refused

ALGORITHMS = ["ES256", "PS256", "EdDSA", "Ed25519"]
#: How old or how far ahead a proof may be, in seconds.
WINDOW = 60
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PORTS = {"https": 443, "http": 80}

FirstTime = Callable[[str, int], bool]


def by_key(proof: str, thumbprint: str, token: str, *, method: str, uri: str, first_time: FirstTime) -> None:
    """Judge a DPoP proof for one request with one token; raises ``Refused`` (``invalid_dpop_proof``)."""
    try:
        claims = _read(proof, thumbprint)
        _judge(claims, token, method, uri)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused("invalid_dpop_proof", "the DPoP proof is not valid", why=str(error)) from error
    if not first_time(f"{thumbprint}|{claims['jti']}", 2 * WINDOW + 1):
        raise Refused("invalid_dpop_proof", "the DPoP proof was used before")


def by_certificate(certificate: bytes | None, thumbprint: str) -> None:
    """Judge the certificate (DER) the connection was made with; raises ``Refused`` (``invalid_token``)."""
    shown = _b64(hashlib.sha256(certificate).digest()) if certificate is not None else ""
    if not hmac.compare_digest(shown.encode(), thumbprint.encode()):
        raise Refused("invalid_token", "the token is bound to another certificate")


def _read(proof: str, thumbprint: str) -> Mapping[str, Any]:
    if len(proof) > 8192:
        raise ValueError("too long")
    header = jws.extract_compact(proof.encode("ascii"), registry=_REGISTRY).headers()
    key = header["jwk"]
    if str(header.get("typ", "")).lower() != "dpop+jwt" or "crit" in header:
        raise ValueError("not a DPoP proof")
    if not isinstance(key, dict) or _PRIVATE & key.keys():
        raise ValueError("the key is not a public one")
    public = JWKRegistry.import_key(key)
    if not hmac.compare_digest(public.thumbprint().encode(), thumbprint.encode()):
        raise ValueError("made with another key than the token's")
    return jwt.decode(proof, public, algorithms=ALGORITHMS, registry=_REGISTRY).claims


def _judge(claims: Mapping[str, Any], token: str, method: str, uri: str) -> None:
    if claims["htm"] != method or _place(claims["htu"]) != _place(uri):
        raise ValueError("made for another request")
    if type(claims["iat"]) is not int or abs(time.time() - claims["iat"]) > WINDOW:
        raise ValueError("too old, or from the future")
    expected = _b64(hashlib.sha256(token.encode()).digest())
    if not hmac.compare_digest(str(claims["ath"]).encode(), expected.encode()):
        raise ValueError("made for another token")
    if not isinstance(claims["jti"], str) or not 1 <= len(claims["jti"]) <= 256:
        raise ValueError("jti is a short text")


def _place(uri: object) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path: what counts of a URI (RFC 9449 §4.3, RFC 3986 §6.2.2)."""
    if not isinstance(uri, str) or len(uri) > 2000:
        raise ValueError("htu is a URI")
    parts = urlsplit(uri)
    scheme = parts.scheme.lower()
    return (
        scheme,
        (parts.hostname or "").lower(),
        parts.port or _PORTS.get(scheme),
        unquote(parts.path) or "/",
    )


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
