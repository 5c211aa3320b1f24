"""Registration access tokens: one a client, new after each change, the last one remembered (RFC 7592 §5)."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from clients.models import ClientRow, RegistrationRow
from clients.registration import queries
from clients.registration.queries import Registration
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret, digest, random_token, same
from idp.store.db import transaction

#: A replaced token that comes back so soon is a request that was sent twice, not a theft.
RETRY = 60
#: Compared where there is no client, so that both cost the same.
_DECOY = digest("no client has this registration access token")


def managed(client_id: str, token: str) -> Registration:
    """The registration, if the token is its own; every other answer is the same (attack book L06)."""
    known = queries.registration(client_id)
    shown = digest(token)
    if not same(shown, known.token if known and known.token else _DECOY) or known is None:
        if known and known.replaced and same(shown, known.replaced):
            _came_back(known)
        raise unknown("not the registration access token of this client")
    if not known.client.enabled:
        raise Rejected("access_denied", "the client was disabled by an operator", status=403)
    return known


def unknown(why: str) -> Rejected:
    """The refusal of every token that is not good here."""
    return Rejected("invalid_token", "the access token is not valid here", why=why, status=401)


def renew(client_id: str, *, operator: str) -> Secret:
    """A new registration access token for a client that lost its own, or whose management was closed."""
    return _renew(client_id, operator)


@transaction
def _renew(session: Session, client_id: str, operator: str) -> Secret:
    row: RegistrationRow | None = session.get(RegistrationRow, client_id)
    client: ClientRow | None = session.get(ClientRow, client_id)
    if row is None or client is None or client.deleted_at is not None:
        raise Rejected("client.unknown", "no client that registered itself has this id")
    token = Secret(random_token())
    row.token, row.replaced, row.replaced_at = digest(token.reveal()), None, clock.now()
    audit.record_in(session, "client.register", client=client_id, action="token renewed", operator=operator)
    return token


def _came_back(known: Registration) -> None:
    """A replaced token was shown: one of two holders stole it, and nobody can say which.

    So neither manages the client any more until an operator has looked (as RFC 9700 §4.14.2 for refresh
    tokens). The client itself goes on: whoever finds an old token may not stop a portal by it.
    """
    if clock.now() - known.replaced_at > RETRY:
        _close(known)


@transaction
def _close(session: Session, known: Registration) -> None:
    closed = (
        update(RegistrationRow)
        .where(
            RegistrationRow.client_id == known.client.client_id, RegistrationRow.replaced == known.replaced
        )
        .values(token=None, replaced=None)
        .returning(RegistrationRow.client_id)
    )
    if session.execute(closed).first() is not None:
        audit.record_in(session, "client.token_reuse", client=known.client.client_id, outcome="refused")


def replace(session: Session, known: Registration, token: Secret | None) -> None:
    """Put a new token in the place of the one that was shown; of two changes by one, one is too late."""
    replaced = (
        update(RegistrationRow)
        .where(RegistrationRow.client_id == known.client.client_id, RegistrationRow.token == known.token)
        .values(
            token=digest(token.reveal()) if token else None, replaced=known.token, replaced_at=clock.now()
        )
        .returning(RegistrationRow.client_id)
    )
    if session.execute(replaced).first() is None:
        raise Rejected("invalid_token", "the access token was replaced", why="replaced meanwhile", status=401)
