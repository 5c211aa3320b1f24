"""Keys and certificates that a client shows it holds, and every wrong way of showing them."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from werkzeug.test import Client as Browser

from idp import settings
from idp.base import clock
from idp.base.secret import b64url
from idp.gate import Gate
from tests.actors import ISSUER, Person

_EVERY = jws.JWSRegistry(
    algorithms=["ES256", "ES384", "PS256", "RS256", "EdDSA", "Ed25519", "HS256"],
    strict_check_header=False,
)


@dataclass
class Holder:
    """Whoever holds a DPoP key."""

    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256"))
    algorithm: str = "ES256"

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key."""
        return dict(self.key.as_dict(private=False))

    @property
    def thumbprint(self) -> str:
        """``jkt`` (RFC 7638)."""
        return str(self.key.thumbprint())

    def proof(
        self,
        path: str = "/token",
        method: str = "POST",
        *,
        token: str | None = None,
        header: dict[str, Any] | None = None,
        without: Iterable[str] = (),
        **claims: Any,
    ) -> str:
        """A proof for an address of ours; members of header and claims changed, or left out."""
        head = {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.jwk, **(header or {})}
        said: dict[str, Any] = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": ISSUER + path,
            "iat": clock.now(),
        }
        if token is not None:
            said["ath"] = b64url(hashlib.sha256(token.encode()).digest())
        said |= claims
        for name in without:
            head.pop(name, None)
            said.pop(name, None)
        if head.get("alg") not in _EVERY.allowed:
            return unsigned(head, said)
        return self.signed(json.dumps(said).encode(), head)

    def signed(self, payload: bytes, head: dict[str, Any] | None = None) -> str:
        """Any bytes, signed as a proof is."""
        header = head or {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.jwk}
        return str(jws.serialize_compact(header, payload, self.key, registry=_EVERY))

    def show(self, token: str, path: str = "/userinfo", method: str = "GET", **more: Any) -> dict[str, str]:
        """The headers of a request to a protected resource."""
        return {"Authorization": f"DPoP {token}", "DPoP": self.proof(path, method, token=token, **more)}


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"x" * 64) -> str:
    """A JWS put together by hand, whose signature is whatever was given."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(b64url(part) for part in parts)


def rsa_holder(algorithm: str = "PS256", bits: int = 2048) -> Holder:
    """A holder of an RSA key."""
    return Holder(RSAKey.generate_key(bits), algorithm)


def ed25519_holder(algorithm: str = "Ed25519") -> Holder:
    """A holder of an Ed25519 key."""
    return Holder(OKPKey.generate_key("Ed25519"), algorithm)


@dataclass(frozen=True)
class Certified:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def thumbprint(self) -> str:
        """``x5t#S256``."""
        return b64url(hashlib.sha256(self.der).digest())

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key as registered for ``self_signed_tls_client_auth``."""
        made = ECKey.import_key(self.key).as_dict(private=False)
        return {**made, "kid": self.thumbprint[:8], "x5c": [base64.b64encode(self.der).decode()]}

    @property
    def header(self) -> dict[str, str]:
        """As a proxy hands it on by RFC 9440."""
        return {"Client-Cert": f":{base64.b64encode(self.der).decode()}:"}

    @property
    def nginx(self) -> dict[str, str]:
        """As nginx does (``$ssl_client_escaped_cert``)."""
        return {"Client-Cert": quote(self.pem.decode(), safe="")}


def certify(
    name: str,
    issuer: Certified | None = None,
    *,
    authority: bool = False,
    begins: int = -3600,
    ends: int = 86_400,
    extensions: Iterable[x509.ExtensionType] = (),
) -> Certified:
    """A certificate for ``C=CN, CN=name``: self-signed, or by an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.at(clock.now() + begins))
        .not_valid_after(clock.at(clock.now() + ends))
    )
    if authority:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(x509.BasicConstraints(True, None), True).add_extension(usage, True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    if issuer is not None:
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(known, False)
    for extension in extensions:
        builder = builder.add_extension(extension, False)
    return Certified(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@contextmanager
def proxied(app: Flask, **changes: Any) -> Iterator[Person]:
    """A client of the server behind a proxy on this machine that sees client certificates."""
    before = settings.current()
    conf = {"client_certificate": "rfc9440", "trusted_proxies": ("127.0.0.0/8",), **changes}
    # Validated like any other settings, so that no test runs with what would stop the start.
    settings.use(settings.Settings(**(before.model_dump() | conf)))
    gate = Gate(cast(Gate, app.wsgi_app).web, settings.current(), {})
    person = Person(app)
    person.http = Browser(lambda environ, start: gate({"REMOTE_ADDR": "127.0.0.1"} | environ, start))
    try:
        yield person
    finally:
        settings.use(before)
