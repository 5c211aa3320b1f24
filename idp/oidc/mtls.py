"""Client certificates of the TLS handshake (RFC 8705), as the proxy that ended TLS hands them on (RFC 9440).

The gate lets the header through from trusted proxies alone (``idp.gate``). The handshake has shown that the
sender holds the certificate's private key; who issued it is judged here, so that a proxy which asks for
certificates without checking them opens no door.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from idp import settings
from idp.base.clock import at, now
from idp.base.errors import Rejected
from idp.base.secret import b64url
from idp.oidc.request import Request

#: Where the gate puts a header it believes.
ENVIRON = "idp.client_certificate"
#: Endpoints that clients with a certificate reach under another origin (RFC 8705 §5).
ENDPOINTS = (
    "token_endpoint",
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "backchannel_authentication_endpoint",
)
_LARGEST = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate whose private key the sender holds."""

    x509: x509.Certificate
    thumbprint: str
    """SHA-256 of its DER form (RFC 8705 §3.1)."""

    @property
    def in_time(self) -> bool:
        """Whether now lies in its validity."""
        return self.x509.not_valid_before_utc <= at(now()) <= self.x509.not_valid_after_utc


def certificate(http: Request) -> Certificate | None:
    """The certificate shown with this request; raises ``invalid_request`` for a header that holds none."""
    header = http.environ.get(ENVIRON)
    if header is None:
        return None
    try:
        return _read(header, settings.current().client_certificate)
    except (ValueError, TypeError) as error:
        why = "client certificate header is malformed"
        raise Rejected("invalid_request", "the client certificate is malformed", why=why) from error


def issued_by_authority(shown: Certificate) -> bool:
    """Whether one of our authorities issued it, for clients, and it is in time (RFC 5280 §6)."""
    path = settings.current().client_certificate_authorities
    if not path:
        return False
    policy = PolicyBuilder().store(_authorities(path)).time(at(now()))
    policy = policy.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
    )
    try:
        policy.build_client_verifier().verify(shown.x509, [])
        return _for_clients(shown.x509)
    except (VerificationError, ValueError):
        return False


def load() -> None:
    """Read the authorities at the start, when somebody still sees what is wrong with the file."""
    path = settings.current().client_certificate_authorities
    try:
        if path:
            _authorities(path)
    except (OSError, ValueError) as error:
        why = f"IDP_CLIENT_CERTIFICATE_AUTHORITIES: {path} has no certificates that can be read"
        raise Rejected("certificates.unreadable", why=why) from error


def metadata(document: Mapping[str, str]) -> dict[str, object]:
    """What the discovery document says of it (RFC 8705 §3.3, §5)."""
    conf = settings.current()
    if conf.client_certificate == "none":
        return {}
    told: dict[str, object] = {"tls_client_certificate_bound_access_tokens": True}
    if conf.mtls_origin:
        told["mtls_endpoint_aliases"] = {
            name: conf.mtls_origin + document[name].removeprefix(conf.issuer)
            for name in ENDPOINTS
            if name in document
        }
    return told


@lru_cache(maxsize=256)
def _read(header: str, form: str) -> Certificate:
    if len(header) > _LARGEST:
        raise ValueError("too long")
    if form == "nginx":
        parsed = x509.load_pem_x509_certificate(unquote_to_bytes(header))
    elif len(header) > 2 and header[0] == header[-1] == ":":
        parsed = x509.load_der_x509_certificate(base64.b64decode(header[1:-1], validate=True))
    else:
        raise ValueError("not a byte sequence")
    return Certificate(x509=parsed, thumbprint=thumbprint(parsed.public_bytes(Encoding.DER)))


def thumbprint(der: bytes) -> str:
    """``x5t#S256`` of a certificate."""
    return b64url(hashlib.sha256(der).digest())


@lru_cache(maxsize=2)
def _authorities(path: str) -> Store:
    return Store(x509.load_pem_x509_certificates(Path(path).read_bytes()))


def _for_clients(parsed: x509.Certificate) -> bool:
    try:
        usage = parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return bool({ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(usage))
