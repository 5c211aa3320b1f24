"""By what the client's tokens are bound to it, and by which certificate it is known."""

from collections.abc import Iterator
from ipaddress import ip_address

from cryptography import x509

from clients import uris
from clients.client import Client
from clients.rules.rule import Fault, Terms, judged

_LONGEST = 500
_HOW = "this server is given no client certificates (IDP_CLIENT_CERTIFICATE)"
_BY_WHOM = "this server knows no authority for client certificates (IDP_CLIENT_CERTIFICATE_AUTHORITIES)"


def _subject(text: str) -> None:
    try:
        name = x509.Name.from_rfc4514_string(text)
    except (ValueError, KeyError):
        name = None
    if name is None or not list(name):
        raise ValueError("must be a distinguished name by RFC 4514, as CN=portal,O=Office,C=CN")


def _dns(text: str) -> None:
    if not uris.is_domain_name(text):
        raise ValueError("must be a full domain name in lower case")


def _uri(text: str) -> None:
    if ":" not in text:
        raise ValueError("must be a URI")


def _ip(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        raise ValueError("must be an IP address") from None


def _email(text: str) -> None:
    if text.count("@") != 1 or not uris.is_domain_name(text.rpartition("@")[2]):
        raise ValueError("must be an e-mail address, its domain in lower case")


#: By which name of its certificate a client is known (RFC 8705 §2.1.2), and what such a name looks like.
_NAMES = {
    "tls_client_auth_subject_dn": _subject,
    "tls_client_auth_san_dns": _dns,
    "tls_client_auth_san_uri": _uri,
    "tls_client_auth_san_ip": _ip,
    "tls_client_auth_san_email": _email,
}


def sender(client: Client, terms: Terms) -> Iterator[Fault]:
    """One way of binding tokens (RFC 9449 §5.2, RFC 8705 §3.4); certificates where there are any."""
    by_certificate = client.tls_client_certificate_bound_access_tokens
    if client.dpop_bound_access_tokens and by_certificate:
        yield "dpop_bound_access_tokens", "cannot stand beside tls_client_certificate_bound_access_tokens"
    if by_certificate and not terms.certificates:
        yield "tls_client_certificate_bound_access_tokens", _HOW
    yield from _by_name(client, terms)
    if client.token_endpoint_auth_method == "self_signed_tls_client_auth":
        if not terms.certificates:
            yield "token_endpoint_auth_method", _HOW
        if not client.jwks_uri and not any("x5c" in key for key in _keys(client)):
            yield (
                "jwks",
                "must hold a key with its certificate (x5c), or jwks_uri must be given (RFC 8705 §2.2)",
            )


def _by_name(client: Client, terms: Terms) -> Iterator[Fault]:
    given = [key for key in _NAMES if getattr(client, key)]
    if client.token_endpoint_auth_method != "tls_client_auth":
        for key in given:
            yield key, "is for tls_client_auth only"
        return
    if not terms.authorities:
        yield "token_endpoint_auth_method", _BY_WHOM
    if len(given) != 1:
        yield (
            "tls_client_auth_subject_dn",
            f"or another one of {', '.join(_NAMES)} must be given: exactly one",
        )
    for key in given:
        value = getattr(client, key)
        if len(value) > _LONGEST or not value.isprintable():
            yield key, f"must have at most {_LONGEST} printable characters"
        else:
            yield from judged(key, _NAMES[key], value)


def _keys(client: Client) -> list[dict[str, object]]:
    keys = client.jwks.get("keys", [])
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
