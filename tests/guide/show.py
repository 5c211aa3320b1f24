"""Requests, answers and tokens as blocks of a page."""

import base64
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from werkzeug.test import TestResponse

from idp.base.secret import b64url_decode
from tests.guide.mask import Mask

_REQUEST_HEADERS = ("Authorization", "DPoP", "Content-Type")
_ANSWER_HEADERS = ("Location", "Content-Type", "Cache-Control", "WWW-Authenticate", "DPoP-Nonce")
_FORM = "application/x-www-form-urlencoded"


def block(language: str, text: str) -> str:
    """A fenced block."""
    return f"```{language}\n{text.rstrip()}\n```"


def address(uri: str, mask: Mask) -> str:
    """An address, one parameter a line, readable."""
    mark = "#" if "#" in uri else "?"
    where, _, asked = uri.partition(mark)
    lines = [f"{name}={mask.member(name, value)}" for name, value in parse_qsl(asked, True)]
    return mask.text(where) + (mark if lines else "") + "\n    &".join(lines)


def request(answer: TestResponse, mask: Mask) -> str:
    """The request that was answered."""
    asked = answer.request
    path = asked.path + (f"?{asked.query_string.decode()}" if asked.query_string else "")
    return message(asked.method, asked.host, path, dict(asked.headers), _body(asked.environ), mask)


def message(method: str, host: str, path: str, headers: dict[str, str], body: bytes, mask: Mask) -> str:
    """Any request."""
    values = {"Host": host} | {name: headers[name] for name in _REQUEST_HEADERS if name in headers}
    if "DPoP" not in values and "Dpop" in headers:
        values["DPoP"] = headers["Dpop"]
    lines = [f"{method} {address(path, mask)} HTTP/1.1"]
    lines += [f"{name}: {_header(name, value, mask)}" for name, value in values.items()]
    kind = headers.get("Content-Type", "").partition(";")[0]
    return "\n".join(lines) + _content(kind, body, mask)


def answer(told: TestResponse, mask: Mask) -> str:
    """The answer, with the headers that matter to a portal."""
    lines = [f"HTTP/1.1 {told.status_code} {HTTPStatus(told.status_code).phrase}"]
    for name in _ANSWER_HEADERS:
        lines += [f"{name}: {_header(name, value, mask)}" for value in told.headers.getlist(name)]
    return "\n".join(lines) + _content(told.mimetype or "", told.data, mask)


def token(text: str, mask: Mask) -> str:
    """Header and claims of a JWT, a dot between."""
    header, claims = (json.loads(b64url_decode(part)) for part in text.split(".")[:2])
    return f"{_json(header, mask)}\n.\n{_json(claims, mask)}"


def header(text: str, mask: Mask) -> str:
    """The header of a JWE, which is all that can be read of it."""
    return _json(json.loads(b64url_decode(text.partition(".")[0])), mask)


def _header(name: str, value: str, mask: Mask) -> str:
    if name == "Location":
        return address(value, mask)
    if name == "Host":
        return urlsplit(mask.text(f"http://{value}")).netloc
    if name == "Authorization" and value.startswith("Basic "):
        client_id, _, secret = base64.b64decode(value[6:]).decode().partition(":")
        return f"Basic BASE64({client_id}:{mask.call(secret, 'CLIENT_SECRET')})"
    return str(mask.member(name, value))


def _content(kind: str, body: bytes, mask: Mask) -> str:
    if not body:
        return ""
    if kind == "application/json":
        return "\n\n" + _json(json.loads(body), mask)
    if kind == _FORM:
        pairs = parse_qsl(body.decode(), True)
        return "\n\n" + "\n&".join(f"{name}={mask.member(name, value)}" for name, value in pairs)
    return "\n\n" + mask.text(unquote(body.decode()))


def _json(value: Any, mask: Mask) -> str:
    return json.dumps(mask.member("", value), ensure_ascii=False, indent=2)


def _body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    stream.seek(0)
    return bytes(stream.read())
