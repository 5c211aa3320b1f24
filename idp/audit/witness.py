"""Verify an export of an audit record without the server that made it.

    python verify_audit.py EXPORT [--keys JWKS] [--roots ROOTS]

Needs Python 3.11 and the package "cryptography", and nothing else; a server writes this file, as it is,
beside its exports. EXPORT is JSON lines: a manifest, public keys, signed roots, rows, an end. Checked are

- each row: its hash covers its place, the hash before it and the event itself, and it follows the one before;
- each root: its signature, its link to the root before it, and that the row at its place has its hash;
- each event that is gone: a root signed 400 days ago or earlier covers its place;
- the end: nothing was cut off.

A root is trusted by its key. Fetch the server's keys yourself (its jwks_uri) and give them as JWKS, or keep
the roots it publishes (``idp audit roots``, one a line) and give them as ROOTS: then a record that was
written anew from its beginning is found, too. Exit status: 0 intact, 1 not intact, 2 not readable.
"""

import argparse
import base64
import calendar
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

GENESIS = "0" * 64
ROOT_TYPE = "audit-root+jwt"
FORMAT = 1
#: No setting can bring a site below this (互联网政务应用安全管理规定 art. 20: a year at least).
LEAST_DAYS = 400
_TIME = "%Y-%m-%dT%H:%M:%SZ"

Members = dict[str, Any]


class Wrong(Exception):
    """The record is not as it was written."""


class Unreadable(Exception):
    """This is no export."""


def link(seq: int, previous: str, line: bytes) -> str:
    """The hash of an event at a place: SHA-256 of place, previous hash and canonical line."""
    return hashlib.sha256(b"%d\n%s\n%s" % (seq, previous.encode(), line)).hexdigest()


def thumbprint(jwk: Members) -> str:
    """The id of a key, made from the key itself (RFC 7638), so that no other key can have it."""
    text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return _b64(hashlib.sha256(text.encode()).digest())


def digest(jws: str) -> str:
    """By what a root names the one before it."""
    return hashlib.sha256(jws.encode()).hexdigest()


def read_root(jws: str) -> tuple[Members, Members]:
    """Header and claims of a signed root, not yet believed; raises ``Wrong``."""
    try:
        header, claims, _ = jws.split(".")
        return json.loads(_decode(header)), json.loads(_decode(claims))
    except (ValueError, TypeError):
        raise Wrong("a root is not a signed text") from None


def open_root(jws: str, jwk: Members) -> Members:
    """The claims of a root that this key signed (ES256, RFC 7518 §3.4); raises ``Wrong``."""
    header, claims = read_root(jws)
    if header.get("alg") != "ES256" or header.get("typ") != ROOT_TYPE or header.get("kid") != thumbprint(jwk):
        raise Wrong("a root is signed in another way, or by another key")
    data, _, tail = jws.rpartition(".")
    signature = _decode(tail)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        _public(jwk).verify(encode_dss_signature(r, s), data.encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise Wrong(f"the signature of root {claims.get('number')} is wrong") from None
    return claims


def _public(jwk: Members) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(_decode(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Export:
    """One walk through an export."""

    def __init__(self, keys: list[Members], kept: list[str]) -> None:
        self.trusted = {thumbprint(jwk): jwk for jwk in keys if jwk.get("kty") == "EC"}
        self.keys: Members = dict(self.trusted)
        self.kept = {claims["number"]: (jws, claims) for jws in kept for claims in [read_root(jws)[1]]}
        #: What the row at a place must be, and who says so.
        self.said = {
            claims["seq"]: [("the root you kept", claims["hash"])] for _, claims in self.kept.values()
        }
        self.manifest: Members = {}
        self.oldest: Members = {}
        self.newest: Members = {}
        self.last_jws = ""
        self.roots = self.rows = self.removed = 0
        self.seq, self.hash = 0, GENESIS
        #: The last place that may be without its event: sealed for as long as events are kept at least.
        self.settled, self.young = 0, False
        self.signed_by = time.time() - LEAST_DAYS * 86400
        #: The last place that a root covers, and the last for which somebody outside vouches.
        self.covered = self.vouched = 0
        self.trusted_up_to = max((claims["seq"] for _, claims in self.kept.values()), default=0)

    def take(self, line: Members) -> None:
        """Judge one line."""
        kind = line.get("type")
        if kind == "manifest" and line.get("format") == FORMAT:
            self.manifest = line
            self.seq, self.hash = line["first"] - 1, line["previous"]
        elif not self.manifest:
            raise Unreadable(f"no manifest of format {FORMAT}")
        elif kind == "key":
            self.keys[thumbprint(line["jwk"])] = line["jwk"]
        elif kind == "root":
            self._root(line["jws"])
        elif kind == "row":
            self._row(line)
        elif kind == "end":
            self._end(line["whole"])
        else:
            raise Unreadable("a line of an unknown type")

    def _root(self, jws: str) -> None:
        kid = read_root(jws)[0].get("kid")
        if kid not in self.keys:
            raise Wrong("a root is signed by a key that is not here")
        claims = open_root(jws, self.keys[kid])
        number = claims["number"]
        if claims["iss"] != self.manifest["issuer"]:
            raise Wrong(f"root {number} is another server's")
        if self.kept.get(number, (jws,))[0] != jws:
            raise Wrong(f"root {number} is not the one you kept")
        follows = (self.newest["number"] + 1, digest(self.last_jws)) if self.newest else None
        if follows and (number, claims["previous"]) != follows:
            raise Wrong(f"root {number} does not follow root {self.newest['number']}")
        self.oldest = self.oldest or claims
        self.newest, self.last_jws, self.roots = claims, jws, self.roots + 1
        self.said.setdefault(claims["seq"], []).append((f"root {number}", claims["hash"]))
        self.young |= self.signed_by < claims["iat"] <= time.time()
        if claims["iat"] <= self.signed_by and not self.young:
            self.settled = claims["seq"]
        # A root names the one before it: who believes a root believes all before it.
        if kid in self.trusted or number in self.kept:
            self.trusted_up_to = max(self.trusted_up_to, claims["seq"])
        self._compare()

    def _row(self, row: Members) -> None:
        seq, line = row["seq"], row["line"]
        if seq > self.seq + 1:
            raise Wrong(f"place {self.seq + 1}: missing")
        if seq < self.seq + 1:
            raise Wrong(f"place {seq}: duplicated or reordered")
        if row["previous"] != self.hash:
            raise Wrong(f"place {seq}: altered or reordered: it does not follow the row before it")
        if line is None:
            if seq > self.settled:
                raise Wrong(f"place {seq}: missing: its event was removed before {LEAST_DAYS} days were over")
            self.removed += 1
        elif link(seq, self.hash, line.encode()) != row["hash"] or json.loads(line)["id"] != row["event_id"]:
            raise Wrong(f"place {seq}: altered: {row['event_id']}")
        self.seq, self.hash, self.rows = seq, row["hash"], self.rows + 1
        self._compare()

    def _compare(self) -> None:
        """Whether the place reached is what the roots of this place say."""
        for who, said in self.said.get(self.seq, ()):
            if said != self.hash:
                raise Wrong(f"place {self.seq}: altered: {who} says otherwise")
            self.covered = max(self.covered, self.seq)
            if self.seq <= self.trusted_up_to:
                self.vouched = max(self.vouched, self.seq)

    def _end(self, whole: bool) -> None:
        first = self.manifest["first"]
        if (self.seq, self.hash) != (self.manifest["last"], self.manifest["hash"]):
            raise Wrong(f"place {self.seq + 1}: missing: the rows end before the manifest's last")
        if not (self.manifest["previous"] == GENESIS if first == 1 else first - 1 in self.said):
            raise Wrong(f"no root says what stood before place {first}")
        if not whole:
            raise Wrong("the export is not the one that was written")

    def summary(self) -> Iterator[str]:
        """What was found, for people."""
        yield f"{self.rows} rows, places {self.manifest['first']} to {self.seq}, {self.roots} roots"
        if self.removed:
            yield f"{self.removed} events were removed at the end of their retention; their places are whole"
        yield from self._unheld()
        if self.covered < self.seq:
            yield f"no root covers the places after {self.covered}: ask for an export made an hour later"
        if self.vouched < self.covered:
            yield f"nobody but the export itself vouches for the places after {self.vouched}: give --keys or"
            yield "--roots, or compare these ids with those at the server's jwks_uri and in its key list:"
            yield from (f"  {kid}" for kid in sorted(self.keys))

    def _unheld(self) -> Iterator[str]:
        """What of the time that the manifest names is not between these roots: nobody signed the manifest."""
        since, until = (calendar.timegm(time.strptime(self.manifest[name], _TIME)) for name in ("from", "to"))
        if self.manifest["first"] > 1 and self.oldest["iat"] > since:
            yield f"it does not hold what was recorded before {_told(self.oldest)}, though it names that time"
        if self.newest["iat"] < until:
            yield f"it does not hold what was recorded after {_told(self.newest)}, though it names that time"


def _told(root: Members) -> str:
    return time.strftime(_TIME, time.gmtime(root["iat"]))


def lines(path: Path) -> Iterator[Members]:
    """The lines of an export; of its end, whether it is that of these lines. Raises ``Wrong``."""
    seen, ended = hashlib.sha256(), False
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if ended:
                raise Wrong("something follows the end")
            try:
                line = json.loads(raw)
            except ValueError:
                raise Wrong(f"line {number} is damaged") from None
            ended = line["type"] == "end"
            yield {"type": "end", "whole": line["sha256"] == seen.hexdigest()} if ended else line
            seen.update(raw)
    if not ended:
        raise Wrong("the export was cut off")


def verify(path: Path, keys: list[Members], kept: list[str]) -> Export:
    """Check a whole export; raises ``Wrong`` at the first thing that is not as it was written."""
    export = Export(keys, kept)
    for line in lines(path):
        export.take(line)
    return export


def main() -> int:
    """Judge the export named on the command line."""
    parser = argparse.ArgumentParser(description="Verify an export of an audit record.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--keys", type=Path, help="the server's published keys (JWKS), fetched by yourself")
    parser.add_argument("--roots", type=Path, help="roots you kept, one a line")
    asked = parser.parse_args()
    try:
        keys = json.loads(asked.keys.read_bytes())["keys"] if asked.keys else []
        kept = asked.roots.read_text("ascii").split() if asked.roots else []
        export = verify(asked.export, keys, kept)
    except Wrong as wrong:
        print(f"NOT INTACT: {wrong}")
        return 1
    except (Unreadable, OSError, LookupError, TypeError, ValueError) as error:
        print(f"not readable: {type(error).__name__} {error}")
        return 2
    print(*export.summary(), "intact", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
