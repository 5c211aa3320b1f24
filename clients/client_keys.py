"""The keys of a client: those of its registration, or those at its ``jwks_uri`` (OIDC Core §10.1.1, §10.2.1).

    not known ──▶ fetched ──▶ held ──▶ too old, or a kid nobody has seen ──▶ fetched again
                                └── its host is away, or answers nonsense: the last good set, for a day

What one process fetched the others find in Redis; so a new key costs its host one request, not one a process.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Any

from joserfc.jwk import KeySet

from clients import jwks
from clients.client import Client
from clients.jwks import USES, Use
from idp import audit, outbound
from idp.base import strict_json
from idp.base.clock import now
from idp.base.errors import Unavailable
from idp.base.secret import b64url_decode
from idp.outbound import Reply
from idp.store import elsewhere
from idp.store.ephemeral import Records
from idp.store.redis import Script

ACCEPT = "application/json, application/jwk-set+json"
LARGEST = 65536
AGAIN = 15
"""Seconds between two requests to one address, whatever anybody shows us."""
LAST_GOOD = 86400
"""Seconds a set outlives the last answer of its host."""
_SHORTEST, _USUAL, _LONGEST = 60, 600, 3600
_MOST = 4096
_LONGEST_HEAD = 4096
#: Threads of this process that may wait for portals' hosts; the others go on with what is known.
_WAITING = BoundedSemaphore(2)

_SHARED = Records("jwks", LAST_GOOD)
_CLAIM = Script("""
local tried = tonumber(redis.call('GET', KEYS[1]) or '')
local moment, pause = tonumber(ARGV[1]), tonumber(ARGV[2])
if tried and tried <= moment and moment - tried < pause then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A set as it was fetched."""

    keys: list[dict[str, Any]]
    sets: dict[Use, KeySet]
    fetched_at: int
    fresh_until: int
    etag: str

    def serves(self, kid: str | None, moment: int) -> bool:
        """Whether nothing speaks for asking again."""
        known = kid is None or any(key["kid"] == kid for key in self.keys)
        return known and self.fetched_at <= moment < self.fresh_until

    def record(self) -> dict[str, Any]:
        """The set as Redis keeps it for the other processes."""
        return {
            "keys": self.keys,
            "fetched_at": self.fetched_at,
            "fresh_until": self.fresh_until,
            "etag": self.etag,
        }


class _Place:
    """What this process knows of one address."""

    __slots__ = ("held", "lock", "tried_at")

    def __init__(self) -> None:
        self.lock = Lock()
        self.held: Held | None = None
        self.tried_at = 0


_places: OrderedDict[str, _Place] = OrderedDict()
_table = Lock()


def of(client: Client, kid: str | None = None, use: Use = "sig") -> KeySet:
    """The client's public keys for one use; asked of its address again when ``kid`` is not among them.

    Waits for the network when it must. Raises ``Unavailable`` when there are none.
    """
    if not client.jwks_uri:
        return client.key_set(use)
    place = _place(client.jwks_uri)
    held, moment = place.held, now()
    if held is None or not held.serves(kid, moment):
        held = elsewhere.run(_renewed, client, place, kid, moment)
    return held.sets[use]


def of_jwt(client: Client, text: str) -> KeySet:
    """The keys to verify a JWT with that says it is the client's; only its ``kid`` is believed so far."""
    head = text[:_LONGEST_HEAD].partition(".")[0]
    try:
        header = strict_json.read(b64url_decode(head), largest=_LONGEST_HEAD)
    except ValueError:
        header = None
    kid = header.get("kid") if isinstance(header, dict) else None
    return of(client, kid if isinstance(kid, str) else None)


def at_hand(client: Client, use: Use) -> KeySet:
    """The keys known at this moment, for who can wait no more; raises ``Unavailable`` when there are none."""
    if not client.jwks_uri:
        return client.key_set(use)
    return _good(client, _place(client.jwks_uri).held, now()).sets[use]


def forget() -> None:
    """Drop what this process remembers."""
    with _table:
        _places.clear()


def _place(uri: str) -> _Place:
    with _table:
        place = _places.setdefault(uri, _Place())
        _places.move_to_end(uri)
        while len(_places) > _MOST:
            _places.popitem(last=False)
        return place


def _renewed(client: Client, place: _Place, kid: str | None, moment: int) -> Held:
    """The set after whatever asking again could do for it."""
    if _WAITING.acquire(blocking=False):
        try:
            with place.lock:
                _renew(client, place, kid, moment)
        finally:
            _WAITING.release()
    return _good(client, place.held, moment)


def _good(client: Client, held: Held | None, moment: int) -> Held:
    if held is None or moment - held.fetched_at > LAST_GOOD:
        raise Unavailable(f"keys of client {client.client_id}")
    return held


def _renew(client: Client, place: _Place, kid: str | None, moment: int) -> None:
    if place.held is not None and place.held.serves(kid, moment):
        return
    shared = _of_record(_SHARED.peek(client.jwks_uri))
    if shared and (place.held is None or shared.fetched_at > place.held.fetched_at):
        place.held = shared
        if shared.serves(kid, moment):
            return
    if 0 <= moment - place.tried_at < AGAIN or not _may_ask(client.jwks_uri, place.held, moment):
        return
    place.tried_at = moment
    fetched = _fetched(client, place.held, moment)
    if fetched:
        place.held = fetched
        _SHARED.put(client.jwks_uri, fetched.record())


def _may_ask(uri: str, held: Held | None, moment: int) -> bool:
    """Whether no process asked a moment ago; one that has no keys at all asks for itself."""
    return held is None or _CLAIM.run((f"{_SHARED.key(uri)}:tried",), (moment, AGAIN)) == 1


def _fetched(client: Client, held: Held | None, moment: int) -> Held | None:
    """What the address answers; ``None`` when that is nothing good."""
    try:
        reply = outbound.get(
            client.jwks_uri,
            accept=ACCEPT,
            largest=LARGEST,
            client=client.client_id,
            etag=held.etag if held else "",
        )
        keys = held.keys if held and reply.status == 304 else _read(reply.body)
    except outbound.Failed:
        return None
    except ValueError as error:
        audit.record("client.jwks_bad", client=client.client_id, outcome="refused", reason=str(error)[:200])
        return None
    return _hold(keys, moment, moment + _freshness(reply), reply.etag or (held.etag if held else ""))


def _read(body: bytes) -> list[dict[str, Any]]:
    return jwks.usable(strict_json.read(body, largest=LARGEST))


def _hold(keys: list[dict[str, Any]], fetched_at: int, fresh_until: int, etag: str) -> Held:
    return Held(
        keys=keys,
        sets={use: jwks.key_set(keys, use) for use in USES},
        fetched_at=fetched_at,
        fresh_until=fresh_until,
        etag=etag,
    )


def _freshness(reply: Reply) -> int:
    """How long to trust a set: as its host says, within bounds."""
    return max(_SHORTEST, min(reply.max_age if reply.max_age is not None else _USUAL, _LONGEST))


def _of_record(record: dict[str, Any] | None) -> Held | None:
    """A set another process fetched; what Redis holds is judged like what a host answers."""
    if record is None:
        return None
    try:
        keys, fetched_at = jwks.usable(record), int(record["fetched_at"])
        return _hold(keys, fetched_at, int(record["fresh_until"]), str(record["etag"]))
    except (ValueError, TypeError, KeyError):
        return None
