"""Which URIs may be registered: judged once, strictly, so that use is a plain comparison of strings."""

import re
from urllib.parse import SplitResult, urlsplit

from clients.client import LONGEST_URI, ApplicationType, loopback_place
from idp.outbound.target import portal_port

#: RFC 3986 §2.2 without the apostrophe, which ends an attribute or a literal in somebody else's page.
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]+", re.ASCII)
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7[Ff]")
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?:[/;?]|$)|%2f|%5c|%25", re.IGNORECASE)
_DNS_NAME = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
_LOCALHOST = re.compile(r"http://localhost(?::[1-9][0-9]{0,4})?(?:/[\x21-\x7e]*)?", re.ASCII)
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain", "onion")


def redirect(
    uri: str, application_type: ApplicationType, *, development: bool, sandbox: bool = False
) -> None:
    """Judge a redirect or post-logout URI (RFC 6749 §3.1.2, RFC 8252 §7); raises ``ValueError``.

    What is tried in the sandbox runs on its developer's own machine, under the name it has there.
    """
    _absolute(uri)
    if loopback_place(uri) and (development or application_type == "native"):
        return
    if sandbox and of_own_machine(uri):
        return
    _https(uri)


def link(uri: str, *, development: bool) -> None:
    """Judge an address the browser is led to, from here (OIDC Core §4); raises ``ValueError``."""
    _absolute(uri)
    if not (development and loopback_place(uri)):
        _https(uri)


def called_by_us(uri: str, *, development: bool) -> None:
    """Judge a URI this server itself will post to; raises ``ValueError`` (attack book M02, M08).

    The address behind the name is judged again at each call.
    """
    link(uri, development=development)
    parts = urlsplit(uri)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not portal_port(port):
        raise ValueError(f"port {port} is not one a portal listens at")


def of_own_machine(uri: str) -> bool:
    """Whether an http URI leads to the machine that the browser runs on."""
    return loopback_place(uri) is not None or _LOCALHOST.fullmatch(uri) is not None


def is_domain_name(text: str) -> bool:
    """Whether a text is a full domain name in lower case."""
    return _DNS_NAME.fullmatch(text) is not None


def host(uri: str) -> str:
    """The host of a URI; empty when it has none or is no URI."""
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def _absolute(uri: str) -> SplitResult:
    if not 0 < len(uri) <= LONGEST_URI:
        raise ValueError(f"must have 1 to {LONGEST_URI} characters")
    if "*" in uri:
        raise ValueError("wildcards are not supported: list every URI")
    if not _CHARACTERS.fullmatch(uri):
        raise ValueError("has characters that are not allowed in a URI")
    if "#" in uri:
        raise ValueError("must not have a fragment, not even an empty one")
    parts = _split(uri)
    if not uri.startswith(("https://", "http://")) or not parts.hostname:
        raise ValueError("must be an absolute https:// URI with scheme and host in lower case")
    if "@" in parts.netloc:
        raise ValueError("must not have a user name in it")
    if _BAD_PERCENT.search(uri) or _DOT_SEGMENT.search(parts.path):
        raise ValueError("must not have dot segments or percent-encoding that is broken or doubled")
    return parts


def _https(uri: str) -> None:
    parts = _split(uri)
    if parts.scheme != "https":
        raise ValueError("must be https (http is for loopback addresses: native apps, development)")
    name = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    if not is_domain_name(name):
        raise ValueError("must name its host by a full domain name in lower case, not by an address")
    if any(name == inside or name.endswith(f".{inside}") for inside in _INSIDE):
        raise ValueError("must not name a host of a local network")


def _split(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        usable = parts.port != 0 and not parts.netloc.endswith(":")
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is not a URI")
    return parts
