"""The handle in an access token's ``jti``: which grant it belongs to, sealed so that only we can read it.

Sealing keeps the session and the person out of the portals' sight (two portals must not be able to join
their tokens) and still lets one trip tell whether a token is alive.
"""

import struct
from dataclasses import dataclass
from uuid import UUID

from idp import keyring
from idp.base.secret import b64url, b64url_decode

_LAYOUT = struct.Struct(">c16s16s16s16sQ")
_NONE = bytes(16)

SESSION, OFFLINE, CLIENT = "s", "o", "c"
#: No other sealed text of ours begins with one of these.
_KINDS = (b"s", b"o", b"c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """What a token hangs on: a session, an offline grant, or a client alone."""

    kind: str
    grant: str
    session: str | None
    person: str | None
    organization: str | None
    granted_at: int
    """Microseconds since the epoch."""
    origin: str = ""
    """The client the person gave leave to, when the token was exchanged for another's (RFC 8693)."""

    def seal(self) -> str:
        """The ``jti``: unique each time, for the seal's nonce is random."""
        return keyring.seal_token(
            _LAYOUT.pack(
                self.kind.encode(),
                b64url_decode(self.grant),
                b64url_decode(self.session) if self.session else _NONE,
                UUID(self.person).bytes if self.person else _NONE,
                UUID(self.organization).bytes if self.organization else _NONE,
                self.granted_at,
            )
            + self.origin.encode()
        )

    @classmethod
    def open(cls, jti: str) -> "Handle | None":
        """The handle a ``jti`` holds, or ``None`` when we did not make it."""
        plain = keyring.open_token(jti)
        if plain is None or len(plain) < _LAYOUT.size or plain[:1] not in _KINDS:
            return None
        kind, grant, session, person, organization, granted_at = _LAYOUT.unpack_from(plain)
        return cls(
            kind=kind.decode("ascii", "replace"),
            grant=b64url(grant),
            session=b64url(session) if session != _NONE else None,
            person=str(UUID(bytes=person)) if person != _NONE else None,
            organization=str(UUID(bytes=organization)) if organization != _NONE else None,
            granted_at=granted_at,
            origin=plain[_LAYOUT.size :].decode("ascii", "replace"),
        )
