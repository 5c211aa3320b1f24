"""A one-time-code generator being set up: its secret waits here, sealed, for the first code."""

from idp import keyring
from idp.base.secret import Secret
from idp.sessions import Session
from idp.store.ephemeral import Records

_records = Records("totp-setup", 600)


def keep(session: Session, secret: Secret, uri: str) -> None:
    """Remember a secret shown to this session; an earlier one is forgotten."""
    _records.put(session.id, {"secret": _seal(secret.reveal()), "uri": _seal(uri)})


def waiting(session: Session) -> tuple[Secret, str] | None:
    """The secret and address that wait for this session's first code."""
    record = _records.peek(session.id)
    secret = keyring.open_token(record["secret"]) if record else None
    uri = keyring.open_token(record["uri"]) if record else None
    return (Secret(secret.decode()), uri.decode()) if secret and uri else None


def forget(session: Session) -> None:
    """Nothing waits any more."""
    _records.drop(session.id)


def _seal(text: str) -> str:
    return keyring.seal_token(text.encode())
