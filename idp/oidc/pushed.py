"""Pushed authorization requests: each kept until it is answered once (RFC 9126 §2.2, §4).

    kept ── the first answer to the portal ──▶ used
      └── its lifetime ──▶ gone: cannot be opened any more, but a login that began in time may end

Opening a request does not use it up: a person may reload before the login is done. Answering does, by one
atomic step: of several browsers that come to its end exactly one is answered.
"""

from dataclasses import dataclass

import orjson

from idp import keyring, settings
from idp.base.errors import Rejected
from idp.base.secret import digest, random_token
from idp.store import redis

PREFIX = "urn:ietf:params:oauth:request_uri:"
#: Bytes of parameters; a login attempt could not carry more either.
LARGEST = 12 * 1024
_USED = b"used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A request as it was pushed; ``mark`` names it without being good to open it."""

    mark: str
    parameters: dict[str, str]
    signed: bool


def new() -> tuple[str, str]:
    """A fresh ``request_uri`` of 256 random bits (RFC 9126 §7.1), and the mark of what is kept under it."""
    secret = random_token()
    return PREFIX + secret, digest(secret)


def keep(client_id: str, request: Pushed) -> int:
    """Keep a request for its client; how many seconds it may be opened.

    It is sealed, for a hint may hold a person's number, and Redis holds nothing readable that is personal.
    """
    plain = orjson.dumps([client_id, request.signed, request.parameters])
    if len(plain) > LARGEST:
        raise Rejected("invalid_request", "the request is too large", status=413)
    lifetime = settings.current().pushed_request_lifetime
    redis.call("SET", _key(request.mark), keyring.seal_token(plain), "EX", lifetime)
    return lifetime


def find(request_uri: str, client_id: str) -> Pushed | None:
    """The request behind a reference, if it is this client's (RFC 9126 §2.2), in time, not answered yet."""
    mark = digest(request_uri.removeprefix(PREFIX))
    kept = redis.call("GET", _key(mark))
    plain = keyring.open_token(kept.decode("latin-1")) if isinstance(kept, bytes) else None
    if plain is None:
        return None
    owner, signed, parameters = orjson.loads(plain)
    return Pushed(mark=mark, parameters=parameters, signed=signed) if owner == client_id else None


def use_up(mark: str) -> bool:
    """Whether this is the first answer to a request; the mark outlives every login that began with it."""
    before = redis.call("SET", _key(mark), _USED, "EX", settings.current().attempt_lifetime, "GET")
    return bool(before != _USED)


def _key(mark: str) -> str:
    return f"par:{{{mark}}}"
