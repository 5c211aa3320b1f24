"""The shapes answers have."""

from collections.abc import Mapping
from typing import Any

import orjson

from idp import settings
from idp.base.errors import Rejected
from idp.oidc.request import Answer

NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_YEAR = 365 * 86400
_SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
JSON = (("Content-Type", "application/json"), *NO_STORE, *_SAFE)


class Page(Exception):
    """No answer of the protocol is safe here: a person must read why, on a page of our own.

    ``code`` is the message's code (domain texts), ``client_id`` is known only when it may be named;
    ``redirect_uri`` is what a program in the sandbox sent, for its developers to see.
    """

    def __init__(
        self, code: str, *, why: str, status: int = 400, client_id: str | None = None, redirect_uri: str = ""
    ) -> None:
        super().__init__(code)
        self.code = code
        self.why = why
        self.status = status
        self.client_id = client_id
        self.redirect_uri = redirect_uri


class Challenge(Rejected):
    """A refusal whose answer says, in headers, what would be accepted."""

    def __init__(
        self, code: str, hint: str, *, why: str = "", status: int = 400, headers: tuple[tuple[str, str], ...]
    ) -> None:
        super().__init__(code, hint, why=why, status=status)
        self.headers = headers


def json(value: Mapping[str, Any], status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A JSON answer that nobody may store (RFC 6749 §5.1)."""
    return Answer(status, (*JSON, *headers), orjson.dumps(value))


def jwt(text: str, media_type: str) -> Answer:
    """A JWT that nobody may store (OIDC Core §5.3.2, RFC 9701 §5)."""
    return Answer(200, (("Content-Type", media_type), *NO_STORE, *_SAFE), text.encode())


def see_other(location: str) -> Answer:
    """Send a browser on with GET (303: a form's credentials are never sent on, RFC 9700 §4.12)."""
    return Answer(303, (("Location", location), *NO_STORE, *_SAFE))


def browser_cookie(mark: str) -> tuple[str, str]:
    """Set the mark that binds attempts to this browser (the same cookie ``idp.pages`` sets)."""
    conf = settings.current()
    secure = "; Secure" if conf.secure else ""
    attributes = f"Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax{secure}"
    return ("Set-Cookie", f"{conf.cookie_name('browser')}={mark}; {attributes}")


def error(code: str, hint: str, status: int, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An error in the form of RFC 6749 §5.2."""
    body = {"error": code, "error_description": hint} if hint else {"error": code}
    return json(body, status, headers)


def refusal(rejected: Rejected) -> Answer:
    """The answer to a refused request."""
    headers = rejected.headers if isinstance(rejected, Challenge) else ()
    return error(rejected.code, rejected.hint, rejected.status, headers)
