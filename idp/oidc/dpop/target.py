"""Whether a proof was made for this address (RFC 9449 §4.3 number 9)."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

_VISIBLE = re.compile(r"[\x21-\x7e]{1,2000}")
_UNRESERVED = re.compile(r"%(?:2[dDeE]|3\d|[46][1-9a-fA-F]|[57]\d|[57][aA]|5[fF]|7[eE])")
_PORTS = {"https": 443, "http": 80}


def same(htu: Any, address: str) -> bool:
    """Compare without query and fragment, as RFC 3986 §6.2.2 and §6.2.3 normalise."""
    return isinstance(htu, str) and _normal(htu) == _normal(address)


def _normal(uri: str) -> tuple[str, str, int, str] | None:
    try:
        parts = urlsplit(uri) if _VISIBLE.fullmatch(uri) else None
        port = parts.port if parts else None
    except ValueError:
        return None
    if parts is None or parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    path = _UNRESERVED.sub(lambda found: unquote(found[0]), parts.path)
    return parts.scheme, parts.hostname, port if port is not None else _PORTS[parts.scheme], path or "/"
