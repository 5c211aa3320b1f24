"""The head of a request, read strictly: what two parsers could understand differently is refused.

One form only of everything (RFC 9112): lines end in CR LF, the target is a path, nothing is folded, there
are no control characters (attack book O07).
"""

import re
import sys
from urllib.parse import unquote_to_bytes

from idp.oidc.request import Environ

#: A longer head is answered 431, a longer target 414.
LONGEST = 32 * 1024
_LONGEST_TARGET = 8190
_MOST_FIELDS = 100

#: RFC 9110 §5.6.2; more than any method has is not read as one.
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINES = re.compile(rb"(?:[\t -~\x80-\xff]+\r\n)+")
_TARGET = re.compile(r"/[!-\"$-~]*")
_ONCE = frozenset(
    (
        "HTTP_HOST",
        "HTTP_AUTHORIZATION",
        "CONTENT_LENGTH",
        "CONTENT_TYPE",
        "HTTP_ORIGIN",
        "HTTP_TRANSFER_ENCODING",
    )
)
_VERSIONS = ("HTTP/1.1", "HTTP/1.0")

_BASE: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "0",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}

#: Header names seen so far, as the environment spells them; an empty one is left out.
_names: dict[str, str] = {}


class Malformed(Exception):
    """A request nobody should have to interpret; ``status`` is its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def environ(head: bytes, address: str) -> Environ:
    """A WSGI environment (PEP 3333) with nothing of this process in it; raises ``Malformed``.

    ``head`` ends with its last field's line end; the empty line behind it is left out.
    """
    if not _LINES.fullmatch(head):
        raise Malformed(400)
    first, *lines = head.decode("latin-1").split("\r\n")
    lines.pop()
    made = _BASE.copy()
    made["REMOTE_ADDR"] = address
    _add_first_line(made, first)
    if len(lines) > _MOST_FIELDS:
        raise Malformed(431)
    for line in lines:
        _add_field(made, line)
    return made


def _add_first_line(made: Environ, line: str) -> None:
    parts = line.split(" ")
    if len(parts) != 3 or parts[2] not in _VERSIONS:
        raise Malformed(400)
    method, target, made["SERVER_PROTOCOL"] = parts
    if not _METHOD.fullmatch(method):
        raise Malformed(501)
    if len(target) > _LONGEST_TARGET:
        raise Malformed(414)
    if not _TARGET.fullmatch(target):
        raise Malformed(400)
    path, _, query = target.partition("?")
    made["REQUEST_METHOD"] = method
    made["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
    made["QUERY_STRING"] = query


def _add_field(made: Environ, line: str) -> None:
    name, colon, value = line.partition(":")
    key = _names.get(name)
    if key is None or not colon:
        key = _key(name, colon)
    if not key:
        return
    value = value.strip(" \t")
    if key not in made:
        made[key] = value
    elif key in _ONCE:
        raise Malformed(400)
    else:
        made[key] += ("; " if key == "HTTP_COOKIE" else ", ") + value


def _key(name: str, colon: str) -> str:
    """A header's name as the environment spells it; raises ``Malformed``."""
    if not colon or not _NAME.fullmatch(name):
        raise Malformed(400)
    key = name.upper().replace("-", "_")
    if "_" in name:
        # Would be spelled like another header (`X_Forwarded_For`); nobody honest sends it.
        key = ""
    elif key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if len(_names) < 256 and len(name) <= 64:
        _names[name] = key
    return key
