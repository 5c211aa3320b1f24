"""Names in place of what is secret or differs by chance."""

import json
import re
from typing import Any

from idp.base.secret import b64url_decode
from tests.actors import ISSUER

#: Where the guide's server stands, and when its pages were recorded: 2026-01-05 09:00 in Beijing.
SHOWN_ISSUER = "https://id.prov01.example"
SHOWN_TIME = 1_767_574_800

_TIMES = {"iat", "exp", "nbf", "auth_time", "updated_at", "client_id_issued_at"}
#: Members of forms, queries, headers and JSON by the name that stands in their place.
_NAMES = {
    "access_token": "ACCESS_TOKEN", "at_hash": "AT_HASH", "ath": "HASH_OF_ACCESS_TOKEN",
    "auth_req_id": "AUTH_REQ_ID", "c_hash": "C_HASH", "client_assertion": "CLIENT_ASSERTION",
    "client_secret": "CLIENT_SECRET", "code": "CODE", "code_challenge": "CODE_CHALLENGE",
    "code_verifier": "CODE_VERIFIER",
    "device_code": "DEVICE_CODE", "dpop": "DPOP_PROOF", "dpop-nonce": "DPOP_NONCE", "id_token": "ID_TOKEN",
    "id_token_hint": "ID_TOKEN", "jkt": "KEY_THUMBPRINT", "jti": "JTI", "login_hint": "LOGIN_HINT",
    "logout_token": "LOGOUT_TOKEN", "org_sub": "ORG_SUB", "refresh_token": "REFRESH_TOKEN",
    "registration_access_token": "REGISTRATION_ACCESS_TOKEN",
    "request": "REQUEST_OBJECT", "response": "RESPONSE_JWT", "s_hash": "S_HASH",
    "session_state": "SESSION_STATE", "sid": "SID", "subject_token": "ACCESS_TOKEN",
    "user_code": "USER_CODE", "x": "KEY_X", "x5t#s256": "CERTIFICATE_THUMBPRINT", "y": "KEY_Y",
}  # fmt: skip
_REFERENCE = "urn:ietf:params:oauth:request_uri:"
_JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")
_TOKENS = {"at+jwt": "ACCESS_TOKEN", "JWT": "ID_TOKEN"}
_MACHINE_MADE = re.compile(r"[A-Za-z0-9_-]{43}")


class Mask:
    """The names of one page; the same value has the same name wherever it stands."""

    def __init__(self, began: int) -> None:
        self._began = began
        self._named: dict[str, str] = {ISSUER: SHOWN_ISSUER}
        self._used: dict[str, int] = {}

    def call(self, value: str, name: str) -> str:
        """The name of a value; a second value that would have the same name is numbered."""
        if value not in self._named:
            count = self._used[name] = self._used.get(name, 0) + 1
            self._named[value] = name if count == 1 else f"{name}_{count}"
        return self._named[value]

    def member(self, key: str, value: Any) -> Any:
        """A member of JSON, a form, a query or the headers, as the page shows it."""
        if isinstance(value, dict):
            return {inner: self.member(inner, one) for inner, one in value.items()}
        if isinstance(value, list):
            return [self.member(key, one) for one in value]
        if isinstance(value, str):
            return self._text(key, value)
        return value - self._began + SHOWN_TIME if key in _TIMES else value

    def text(self, value: str) -> str:
        """A text in which tokens, and values that have a name, may stand."""
        for token in _JWT.findall(value):
            if token not in self._named:
                self.call(token, _TOKENS[json.loads(b64url_decode(token.partition(".")[0]))["typ"]])
        for known in sorted(self._named, key=len, reverse=True):
            value = value.replace(known, self._named[known])
        return value

    def _text(self, key: str, value: str) -> str:
        if value.startswith(_REFERENCE):
            return _REFERENCE + self.call(value.removeprefix(_REFERENCE), "REFERENCE")
        if key.lower() in _NAMES and value not in self._named and len(value) > 7:
            return self.call(value, _NAMES[key.lower()])
        if key in ("sub", "kid") and _MACHINE_MADE.fullmatch(value):
            return self.call(value, {"sub": "SUB", "kid": "KEY_ID"}[key])
        return self.text(value)
