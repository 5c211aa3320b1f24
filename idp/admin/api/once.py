"""``Idempotency-Key``: a POST that is sent again is answered again, and done once.

draft-ietf-httpapi-idempotency-key-header: the answer is kept for a day, sealed, under the caller and the key;
but for a file, which changes nothing and is made anew.
"""

import hashlib
import hmac
import logging
import re
from typing import Any

import orjson
from flask import Flask, Response, g, request

from idp import keyring
from idp.admin.api.caller import caller
from idp.base.errors import Rejected, Unavailable
from idp.base.secret import b64url, digest
from idp.store import redis
from idp.store.ephemeral import record

HEADER = "Idempotency-Key"
log = logging.getLogger(__name__)

_LIFETIME = 86400
_PENDING = 60
_KEY = re.compile(r"[\x21-\x7e]{8,100}", re.ASCII)


def init_app(app: Flask) -> None:
    """Keep and repeat answers."""
    app.before_request(_repeat)
    app.after_request(_keep)


def _repeat() -> Response | None:
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None or not g.get("caller"):
        return None
    if not _KEY.fullmatch(key):
        raise Rejected("invalid_request", f"{HEADER} has 8 to 100 visible ASCII characters")
    asked = _mark(f"{request.method} {request.full_path}\n{request.get_data(as_text=True)}")
    name = f"idem:{{{digest(f'{caller().id}|{key}')}}}"
    pending = orjson.dumps({"asked": asked})
    if redis.call("SET", name, pending, "NX", "EX", _PENDING) is not None:
        g.idempotent = (name, asked)
        return None
    kept = record(redis.call("GET", name))
    if kept is None or "answer" not in kept:
        if kept is not None and kept.get("asked") != asked:
            raise Rejected("idempotency.reused", f"The {HEADER} belongs to another request", status=422)
        raise Rejected("idempotency.pending", "The same request is being carried out", status=409)
    if kept.get("asked") != asked:
        raise Rejected("idempotency.reused", f"The {HEADER} belongs to another request", status=422)
    return _answer(kept)


def _mark(asked: str) -> str:
    """What tells one request from another; with a key: a body may hold a number that can be tried."""
    text = asked.encode(errors="surrogatepass")
    return b64url(hmac.digest(keyring.derive("idempotency"), text, hashlib.sha256))


def _answer(kept: dict[str, Any]) -> Response:
    plain = keyring.open_token(str(kept["answer"]))
    if plain is None:
        raise Rejected("idempotency.pending", "The answer of before cannot be read", status=409)
    answered = orjson.loads(plain)
    response = Response(answered["body"], int(answered["status"]), mimetype=answered["type"])
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _keep(response: Response) -> Response:
    if not (begun := g.pop("idempotent", None)):
        return response
    name, asked = begun
    if response.status_code >= 500 or response.is_streamed:
        redis.call("DEL", name)
        return response
    answered = {
        "body": response.get_data(as_text=True),
        "status": response.status_code,
        "type": response.mimetype,
    }
    kept = {"asked": asked, "answer": keyring.seal_token(orjson.dumps(answered))}
    try:
        redis.call("SET", name, orjson.dumps(kept), "EX", _LIFETIME)
    except Unavailable as error:
        # It was done, and the caller is told so; only the same request again could not be known.
        log.warning("an answer is not kept: %s is unavailable", error.what)
    return response
