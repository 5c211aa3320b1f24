"""Lasting verbs of tokens: offline families begin, advance by one conditional UPDATE, and end."""

from typing import NoReturn

from sqlalchemy import update
from sqlalchemy.orm import Session

from idp import audit
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.store.db import fetch_one, transaction
from idp.store.once import Mark
from idp.tokens import families, liveness, queries
from idp.tokens.codes import Grant, grant_id, take_code
from idp.tokens.families import RefreshToken
from idp.tokens.handle import OFFLINE, Handle
from idp.tokens.models import OfflineFamily


def redeem(code: str, mark: Mark | None = None) -> Grant:
    """Spend a code; its replay also ends the offline family it began (RFC 6749 §4.1.2)."""
    try:
        return take_code(code, mark)
    except Rejected as refusal:
        if refusal.why == "code.reuse" and (family := fetch_one(queries.living_family(grant_id(code)))):
            _revoke(family.person_id, grant_id=grant_id(code))
        raise


def begin(grant: Grant, lifetime: int, offline_until: int | None) -> None:
    """Make a redeemed grant alive, for good when ``offline_until`` is set; raises ``invalid_grant``.

    The lasting row comes first: a replay of the code that comes in between finds what it has to end.
    """
    if offline_until is not None:
        _begin_offline(grant, offline_until)
    try:
        families.begin(grant, lifetime)
    except Rejected:
        end_grant(grant)
        raise


@transaction
def _begin_offline(session: Session, grant: Grant, expires_at: int) -> None:
    """Begin a family that outlives the session (OIDC Core §11)."""
    session.add(
        OfflineFamily(
            person_id=grant.person_id,
            grant_id=grant.id,
            client_id=grant.client_id,
            generation=1,
            created_at=now(),
            expires_at=expires_at,
            revoked=False,
        )
    )


def advance_offline(token: RefreshToken) -> None:
    """Use up a generation; raises ``invalid_grant`` and kills the family when it was used before."""
    if not _advance(token):
        _refuse_offline(token)


def hold_offline(token: RefreshToken) -> None:
    """Leave a generation good, where its sender is constrained; raises ``invalid_grant`` for any other."""
    family = fetch_one(queries.living_family(token.grant.id))
    if family is None or family.generation != token.generation:
        _refuse_offline(token)


def _refuse_offline(token: RefreshToken) -> NoReturn:
    liveness.kill_grant(token.grant.id)
    if _revoke(token.grant.person_id, grant_id=token.grant.id):
        raise Rejected("invalid_grant", "the refresh token was used before", why="refresh.reuse")
    raise Rejected("invalid_grant", "the refresh token is no longer valid", why="family is dead")


def end_grant(grant: Grant) -> None:
    """End one grant, whatever it is bound to (RFC 7009 §2.1)."""
    if grant.offline:
        _revoke(grant.person_id, grant_id=grant.id)
    liveness.kill_grant(grant.id)


def end_access(handle: Handle, jti: str, expires_at: int) -> None:
    """End what an access token belongs to: its grant, or the token alone when a client acts for itself."""
    if handle.kind == OFFLINE and handle.person is not None:
        _revoke(handle.person, grant_id=handle.grant)
    liveness.revoke_access(handle, jti, expires_at)


def end_grants(person_id: str, client_id: str | None = None) -> int:
    """End all a person's grants to a portal, or the offline ones to all portals; how many were offline."""
    ended = _revoke(person_id, client_id=client_id)
    if ended:
        liveness.kill_grant(*ended)
    if client_id is not None:
        liveness.void_grants(person_id, client_id)
    return len(ended)


@transaction
def _advance(session: Session, token: RefreshToken) -> bool:
    statement = (
        update(OfflineFamily)
        .where(
            OfflineFamily.person_id == token.grant.person_id,
            OfflineFamily.grant_id == token.grant.id,
            OfflineFamily.generation == token.generation,
            OfflineFamily.revoked.is_(False),
            OfflineFamily.expires_at > now(),
        )
        .values(generation=token.generation + 1)
        .returning(OfflineFamily.grant_id)
    )
    return session.execute(statement).first() is not None


@transaction
def _revoke(
    session: Session, person_id: str, *, grant_id: str | None = None, client_id: str | None = None
) -> list[str]:
    statement = update(OfflineFamily).where(
        OfflineFamily.person_id == person_id, OfflineFamily.revoked.is_(False)
    )
    if grant_id is not None:
        statement = statement.where(OfflineFamily.grant_id == grant_id)
    if client_id is not None:
        statement = statement.where(OfflineFamily.client_id == client_id)
    marked = statement.values(revoked=True).returning(OfflineFamily.grant_id, OfflineFamily.client_id)
    ended = session.execute(marked).all()
    for grant, portal in ended:
        audit.record_in(session, "token.revoke", person=person_id, client=portal, grant=grant)
    return [grant for grant, _ in ended]
