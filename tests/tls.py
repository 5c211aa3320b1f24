"""A certificate authority of the tests, and what it, or nobody, certified: servers and clients."""

import datetime
import ssl
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@cache
def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority's certificate and key, made once."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Test Authority")
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def trusting() -> ssl.SSLContext:
    """What a client that knows the authority verifies with."""
    certificate = authority()[0].public_bytes(serialization.Encoding.PEM).decode()
    return ssl.create_default_context(cadata=certificate)


@cache
def authority_file() -> Path:
    """The authority's certificate as a file, for programs that are told whom to trust."""
    file = _folder() / "authority.pem"
    file.write_bytes(authority()[0].public_bytes(serialization.Encoding.PEM))
    return file


@cache
def server(host: str, *, known: bool = True) -> ssl.SSLContext:
    """A server's side with a certificate for ``host``, by the authority or by itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified(host, known=known))
    return context


def asking(host: str) -> ssl.SSLContext:
    """A server's side that asks clients for a certificate of the authority and takes those without, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified(host))
    context.load_verify_locations(authority_file())
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


@cache
def certified(host: str, *, known: bool = True) -> Path:
    """A private key and its certificate for ``host``, by the authority or by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, signer = authority() if known else (None, key)
    certificate = (
        _builder(_name(host), issuer.subject if issuer else _name(host), key.public_key())
        .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    file = _folder() / "certified.pem"
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(pem, form, serialization.NoEncryption()) + certificate.public_bytes(pem)
    )
    return file


def _folder() -> Path:
    return Path(mkdtemp(prefix="idp-tls-"))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    moment, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - day)
        .not_valid_after(moment + day)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
