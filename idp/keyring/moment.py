"""What the keys are at one moment: who signs, verifies, decrypts, what is published; made once until then."""

from collections.abc import Iterable, Mapping

import orjson

from idp.keyring.decryption import DecryptionKey
from idp.keyring.jws import SigningKey
from idp.keyring.marker import Entry, Standing, standings
from idp.keyring.material import ENCRYPTION, SIGNING, Material
from idp.keyring.sealing import Sealer

_FOREVER = 2**62


class Moment:
    """Valid from ``since`` until just before ``until``; never changed, only replaced."""

    __slots__ = (
        "blind_indexes",
        "decryptors",
        "jwks",
        "old",
        "pairwise",
        "sealer",
        "signers",
        "since",
        "tokens",
        "until",
        "verifiers",
        "web",
    )

    def __init__(
        self, entries: Iterable[Entry], material: Mapping[str, Material], now: int, keep: int
    ) -> None:
        all_standings = standings(entries, now, keep)
        usable = [one for one in all_standings if one.state in ("current", "next", "old")]
        signing = [one for one in usable if one.entry.kind in SIGNING]
        keys = {one.entry.kid: _signing_key(one, material) for one in signing}
        self.since = now
        self.until = _next_change(all_standings, now)
        self.old = frozenset(one.entry.kid for one in usable if one.state == "old")
        self.verifiers = keys
        self.signers = {one.entry.kind: keys[one.entry.kid] for one in signing if one.state == "current"}
        self.decryptors = _decryptors(usable, material)
        published = [keys[one.entry.kid].jwk for one in sorted(signing, key=_by_state)]
        self.jwks = orjson.dumps({"keys": published + _offered(usable, self.decryptors)})
        self.sealer = _sealer("seal", usable, material)
        self.tokens = _sealer("token", usable, material)
        self.blind_indexes = _secrets("blind-index", usable, material)
        self.pairwise = _secrets("pairwise", usable, material)[0][1]
        self.web = _secrets("web", usable, material)[0][1]


def _signing_key(one: Standing, material: Mapping[str, Material]) -> SigningKey:
    signer = material[one.entry.kid]
    if isinstance(signer, bytes | DecryptionKey):
        raise TypeError("not a signing key")
    return SigningKey(one.entry.kid, one.entry.kind, signer)


def _decryptors(usable: list[Standing], material: Mapping[str, Material]) -> dict[str, DecryptionKey]:
    """What opens a JWE to us, the key that is offered first."""
    found = sorted((one for one in usable if one.entry.kind in ENCRYPTION), key=_by_state)
    return {one.entry.kid: key for one in found if isinstance(key := material[one.entry.kid], DecryptionKey)}


def _offered(usable: list[Standing], decryptors: Mapping[str, DecryptionKey]) -> list[dict[str, str]]:
    """The key to encrypt to: one, for a portal must not choose one that goes (OIDC Core §10.2.1)."""
    return [
        {**decryptors[one.entry.kid].jwk, "kid": one.entry.kid, "use": "enc"}
        for one in usable
        if one.entry.kind in ENCRYPTION and one.state == "current"
    ]


def _secrets(kind: str, usable: list[Standing], material: Mapping[str, Material]) -> list[tuple[str, bytes]]:
    """The secret keys of a kind, the current one first, then the newest first."""
    found = sorted((one for one in usable if one.entry.kind == kind), key=_by_state)
    return [(one.entry.kid, key) for one in found if isinstance(key := material[one.entry.kid], bytes)]


def _sealer(kind: str, usable: list[Standing], material: Mapping[str, Material]) -> Sealer:
    keys = _secrets(kind, usable, material)
    return Sealer(keys[0][0], dict(keys))


def _by_state(one: Standing) -> tuple[bool, int]:
    return one.state != "current", -one.entry.active_from


def _next_change(all_standings: list[Standing], now: int) -> int:
    times = [one.entry.active_from for one in all_standings if one.state == "next"]
    times += [one.leaves_at for one in all_standings if one.state == "old" and one.leaves_at is not None]
    return min((time for time in times if time > now), default=_FOREVER)
