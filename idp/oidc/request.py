"""A request of the protocol face, parsed once; duplicates are refused (RFC 6749 §3.1, §3.2)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from idp import settings
from idp.base.errors import Rejected

#: Largest form or query; the largest honest one is an authorization request of a few kilobytes.
LARGEST = 65_536
_MOST_FIELDS = 64
#: Those that may be given more than once (RFC 8707 §2, RFC 8693 §2.1); URIs, hence joined by spaces.
REPEATABLE = frozenset({"resource", "audience"})
FORM = "application/x-www-form-urlencoded"

Environ = dict[str, Any]


class Request:
    """Method, path and parameters of one request; parameters are parsed when first asked for."""

    __slots__ = ("_cookies", "address", "environ", "id", "method", "path")

    def __init__(self, environ: Environ, *, request_id: str, address: str) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ.get("PATH_INFO", "")
        self.id = request_id
        self.address = address
        self._cookies: dict[str, str] | None = None

    @property
    def url(self) -> str:
        """The address a client asked for, without query: our own origin, never what a header says."""
        return settings.current().origin_at(self.header("Host")) + self.path

    def header(self, name: str) -> str:
        """A header's value, or an empty text."""
        return str(self.environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))

    def cookie(self, name: str) -> str | None:
        """A cookie's value; of two of one name neither is believed (RFC 6265 leaves their order open)."""
        if self._cookies is None:
            self._cookies = _cookies(self.header("Cookie"))
        return self._cookies.get(name)

    def query(self) -> dict[str, str]:
        """The query's parameters; raises ``invalid_request``."""
        return parse(str(self.environ.get("QUERY_STRING", "")))

    def form(self) -> dict[str, str]:
        """The body's parameters; raises ``invalid_request`` for another media type, 415 for an encoding."""
        return parse(self.body(FORM).decode("latin-1"))

    def body(self, media_type: str) -> bytes:
        """The body, if it is of this media type and not encoded; raises ``invalid_request``."""
        named, _, parameters = str(self.environ.get("CONTENT_TYPE", "")).partition(";")
        if named.strip().lower() != media_type or "utf-16" in parameters.lower():
            raise Rejected("invalid_request", f"the request body must be {media_type}")
        if self.header("Content-Encoding"):
            raise Rejected("invalid_request", "compressed request bodies are not accepted", status=415)
        length = str(self.environ.get("CONTENT_LENGTH") or "0")
        if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > LARGEST:
            raise Rejected("invalid_request", "the request body is too large", status=413)
        return bytes(self.environ["wsgi.input"].read(int(length)))


def parse(text: str) -> dict[str, str]:
    """Form-encoded text as parameters; duplicates, NUL, malformed UTF-8 and floods are refused."""
    if len(text) > LARGEST:
        raise Rejected("invalid_request", "the request is too large", status=413)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except (ValueError, UnicodeError):
        raise Rejected("invalid_request", "the parameters are not valid UTF-8 form encoding") from None
    return _unique(pairs)


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    parameters = dict(pairs)
    for name in REPEATABLE & parameters.keys():
        values = [value for key, value in pairs if key == name]
        parameters[name] = " ".join(values)
        pairs = [pair for pair in pairs if pair[0] != name] + [(name, parameters[name])]
    if len(parameters) != len(pairs):
        raise Rejected("invalid_request", "a parameter is given more than once", why=_twice(pairs))
    if any("\0" in value for value in parameters.values()):
        raise Rejected("invalid_request", "a parameter holds a NUL character")
    # A parameter without a value is treated as if it were omitted (RFC 6749 §3.1).
    return {name: value for name, value in parameters.items() if value}


def _twice(pairs: list[tuple[str, str]]) -> str:
    names = [name for name, _ in pairs]
    return "given twice: " + ", ".join(sorted({name[:40] for name in names if names.count(name) > 1}))


def _cookies(header: str) -> dict[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if not equals:
            continue
        if name in found:
            twice.add(name)
        found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


class Answer:
    """A finished response: status, headers, body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Iterable[tuple[str, str]], body: bytes = b"") -> None:
        self.status = status
        self.headers = list(headers)
        self.body = body
