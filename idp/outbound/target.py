"""What may be called: the judgement of a URI before its name is resolved (attack book M08, M12)."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from idp.outbound.failures import Refused

LONGEST = 2000

#: Ports where other servers listen, which our own requests must not be aimed at (attack book M08, M12).
_FOREIGN_PORTS = frozenset(
    {1433, 1521, 2049, 2375, 2379, 3306, 5432, 5984, 6379, 6380, 9042, 9200, 11211, 27017}
)
_PRINTABLE = re.compile(r"[\x21-\x7e]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a call goes; ``authority`` is the Host header, ``path`` the request target (RFC 9112 §3.2.1)."""

    secure: bool
    host: str
    port: int
    authority: str
    path: str


def target(uri: str) -> Target:
    """Read a URI to call; raises ``Refused``."""
    if len(uri) > LONGEST or not _PRINTABLE.fullmatch(uri):
        raise Refused("the address is not a URI")
    parts, port = _split(uri)
    if parts.scheme not in ("https", "http"):
        raise Refused("the scheme is not https")
    if not parts.hostname or "@" in parts.netloc:
        raise Refused("the address names no host, or a user")
    secure = parts.scheme == "https"
    port = (443 if secure else 80) if port is None else port
    if not portal_port(port):
        raise Refused(f"port {port} is not one a portal listens at")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure=secure, host=parts.hostname, port=port, authority=parts.netloc, path=path)


def portal_port(port: int) -> bool:
    """Whether a port is one a portal may listen at: 443, or a high one that no known server uses."""
    return port == 443 or (port >= 1024 and port not in _FOREIGN_PORTS)


def _split(uri: str) -> tuple[SplitResult, int | None]:
    try:
        return (parts := urlsplit(uri)), parts.port
    except ValueError:
        raise Refused("the address is not a URI") from None
