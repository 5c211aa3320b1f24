"""``client_secret_basic`` (RFC 6749 §2.3.1): HTTP Basic, both halves form-encoded, decoded exactly once."""

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import clients
from clients import Client
from idp.base.errors import Rejected

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest

_LONGEST = 2048


def claims(request: "FormRequest") -> str | None:
    """The client id of the Authorization header; any malformed header fails as a whole."""
    header = request.headers["Authorization"]
    if not header:
        return None
    return _credentials(header)[0]


def proves(request: "FormRequest", client: Client | None) -> bool:
    """Whether the secret is one of the client's."""
    return clients.secret_matches(client, _credentials(request.headers["Authorization"])[1])


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic" or not value or len(value) > _LONGEST:
        raise _malformed()
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
        client_id, colon, secret = text.partition(":")
        if not colon:
            raise _malformed()
        return unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise _malformed() from error


def _malformed() -> Rejected:
    return Rejected(
        "invalid_client", "client authentication failed", why="malformed Authorization", status=401
    )
