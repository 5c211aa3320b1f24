"""Signed roots: each hour the newest place of the chain, signed by the keyring, each naming the one before.

Whoever may write to the database can write the whole chain anew, hash by hash; a root they cannot sign. Roots
are kept in a table, in ``audit-roots.jsonl`` on the machine that signed them, and by whoever takes them from
``idp audit roots`` or, as the event ``audit.root``, from the stream.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from idp import keyring, settings
from idp.audit import witness
from idp.audit.chain import Head
from idp.base import clock
from idp.keyring.marker import Entry

#: Seconds between two roots.
INTERVAL = 3600
ALGORITHM = "ES256"
#: What the first root names as the one before it.
NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """One signed root as it is kept."""

    number: int
    seq: int
    hash: str
    time: int
    """Second it was signed."""
    jws: str
    key: str
    """The public key that verifies it, as a JWK."""

    @property
    def kid(self) -> str:
        """The id of that key, made from the key itself."""
        return witness.thumbprint(orjson.loads(self.key))

    def signed_since(self, moment: int) -> bool:
        """Whether it was signed then or later; one of the future, by a clock that was wrong, is none."""
        return moment <= self.time <= clock.now() + INTERVAL


def sign(head: Head, before: Root | None) -> Root:
    """The root of the chain as it stands now."""
    number, time = (before.number + 1 if before else 1), clock.now()
    jws = keyring.sign(
        {
            "iss": settings.current().issuer, "iat": time, "number": number,
            "seq": head.seq, "hash": head.hash, "previous": witness.digest(before.jws) if before else NONE,
        },
        alg=ALGORITHM,
        typ=witness.ROOT_TYPE,
    )  # fmt: skip
    kid = witness.read_root(jws)[0]["kid"]
    (key,) = (one for one in published() if one["kid"] == kid)
    return Root(
        number=number, seq=head.seq, hash=head.hash, time=time, jws=jws, key=orjson.dumps(key).decode()
    )


def published() -> Sequence[dict[str, str]]:
    """The keys that everybody can fetch now."""
    return tuple(orjson.loads(keyring.jwks())["keys"])


def keep_outside(root: Root) -> None:
    """Keep a root outside the database."""
    with _path().open("a", encoding="ascii") as file:
        file.write(root.jws + "\n")


def kept_outside() -> list[str]:
    """The roots that this machine signed."""
    return _path().read_text("ascii").split() if _path().exists() else []


def leave_outside() -> None:
    """Put what was kept aside, under a name of this moment: after a restore it is another chain's."""
    if _path().exists():
        _path().rename(_path().with_suffix(f".until-{clock.now()}.jsonl"))


def _path() -> Path:
    return settings.current().var_dir / "audit-roots.jsonl"


def fault(stored: Iterable[Root], kept: Iterable[str]) -> str:
    """What is wrong with the roots among themselves, empty when nothing is.

    ``kept`` are roots from outside; each must be among the stored ones, letter by letter.
    """
    outside = {witness.read_root(jws)[1]["number"]: jws for jws in kept}
    before: Root | None = None
    for root in stored:
        if wrong := _fault(root, before):
            return wrong
        if outside.pop(root.number, root.jws) != root.jws:
            return f"root {root.number} is not the one that was kept"
        before = root
    return f"root {min(outside)} was kept and is gone" if outside else ""


def vouched(newest: Root) -> bool:
    """Whether the newest root's key is one of ours now: it vouches for all roots before it."""
    return newest.kid in {one.kid for one in _entries() if one.retired_at is None}


def foreign(newest: Root) -> bool:
    """Whether the newest root's key was never ours."""
    return newest.kid not in {one.kid for one in _entries()}


def _entries() -> Sequence[Entry]:
    ring = keyring.current()
    ring.now()  # looks whether the folder was changed
    return ring.entries


def _fault(root: Root, before: Root | None) -> str:
    number, previous = (before.number + 1, witness.digest(before.jws)) if before else (1, NONE)
    try:
        claims = witness.open_root(root.jws, orjson.loads(root.key))
    except (witness.Wrong, ValueError, KeyError) as error:
        return f"root {root.number}: {error}"
    if root.number != number:
        return f"root {number} is missing"
    told = (claims["number"], claims["seq"], claims["hash"], claims["iat"], claims["previous"])
    if told != (root.number, root.seq, root.hash, root.time, previous):
        return f"root {root.number} was altered"
    return ""
