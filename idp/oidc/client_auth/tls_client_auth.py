"""``tls_client_auth`` (RFC 8705 §2.1): a certificate of a known authority for the registered subject.

One of five registered names is compared: the whole subject (RFC 4514), or one alternative name (RFC 5280
§4.2.1.6), exactly; a wildcard in a certificate matches nothing but itself.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from cryptography import x509

from clients import Client
from idp.oidc import mtls
from idp.oidc.client_auth import none

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest

METHOD = "tls_client_auth"
_ALTERNATIVES: dict[str, type[Any]] = {
    "tls_client_auth_san_dns": x509.DNSName,
    "tls_client_auth_san_uri": x509.UniformResourceIdentifier,
    "tls_client_auth_san_ip": x509.IPAddress,
    "tls_client_auth_san_email": x509.RFC822Name,
}


def claims(request: "FormRequest") -> str | None:
    """The client id, when it stands alone and its client is known by a certificate."""
    client_id, method = none.alone(request)
    return client_id if method == METHOD else None


def proves(request: "FormRequest", client: Client | None) -> bool:
    """Whether the certificate names the client, and an authority of ours vouches for that."""
    shown = mtls.certificate(request.http)
    if client is None or shown is None:
        return False
    return _names(shown.x509, client) and mtls.issued_by_authority(shown)


def _names(certificate: x509.Certificate, client: Client) -> bool:
    if client.tls_client_auth_subject_dn:
        return x509.Name.from_rfc4514_string(client.tls_client_auth_subject_dn) == certificate.subject
    for member, kind in _ALTERNATIVES.items():
        if registered := getattr(client, member):
            wanted = ip_address(registered) if kind is x509.IPAddress else registered
            return wanted in _alternatives(certificate, kind)
    return False


def _alternatives(certificate: x509.Certificate, kind: type[Any]) -> Iterable[Any]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    found = names.get_values_for_type(kind)
    return [name.lower() for name in found] if kind is x509.DNSName else found
