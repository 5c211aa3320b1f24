"""Initial access tokens: made and revoked by operators, spent by whoever registers."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from clients.models import InitialTokenRow
from clients.registration.names import random_name
from clients.registration.policy import Policy
from clients.registration.queries import OPEN
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret, digest, random_token
from idp.store.db import transaction

MOST_USES = 10_000
LONGEST_LIFE = 365 * 86400


def create(
    policy: Policy, *, uses: int, lifetime: int, operator: str, open_to_all: bool = False
) -> tuple[str, Secret | None]:
    """Make a token for ``uses`` registrations within ``lifetime`` seconds; its id, and the token, shown once.

    With ``open_to_all`` there is none: whoever comes without a token registers under this policy.
    """
    if not 1 <= uses <= MOST_USES:
        raise Rejected("initial_token.uses", f"the uses must be 1 to {MOST_USES}")
    if not 1 <= lifetime <= LONGEST_LIFE:
        raise Rejected("initial_token.lifetime", f"the lifetime must be 1 to {LONGEST_LIFE} seconds")
    secret = None if open_to_all else Secret(random_token())
    return _create(policy, uses, lifetime, operator, secret), secret


def revoke(token_id: str, *, operator: str) -> None:
    """Let nobody register by it any more; clients that did so stay, under its policy."""
    _revoke(token_id, operator)


def spend(session: Session, token_id: str) -> None:
    """Use up one registration, in its own transaction; of many at once none is one too many."""
    spent = (
        update(InitialTokenRow)
        .where(
            InitialTokenRow.id == token_id,
            InitialTokenRow.uses_left > 0,
            InitialTokenRow.expires_at > clock.now(),
            InitialTokenRow.revoked_at.is_(None),
        )
        .values(uses_left=InitialTokenRow.uses_left - 1)
        .returning(InitialTokenRow.id)
    )
    if session.execute(spent).first() is None:
        raise Rejected("invalid_token", "the initial access token is used up", why="spent", status=401)


@transaction
def _create(
    session: Session, policy: Policy, uses: int, lifetime: int, operator: str, secret: Secret | None
) -> str:
    moment = clock.now()
    row = InitialTokenRow(
        id=random_name(12),
        digest=digest(secret.reveal()) if secret else OPEN,
        policy=policy.document(),
        uses=uses,
        uses_left=uses,
        expires_at=moment + lifetime,
        created_at=moment,
        created_by=operator,
    )
    session.add(row)
    audit.record_in(
        session, "initial_token.create", initial_token=row.id, count=uses, expires_at=row.expires_at,
        scope=list(policy.scopes), operator=operator,
    )  # fmt: skip
    return row.id


@transaction
def _revoke(session: Session, token_id: str, operator: str) -> None:
    row: InitialTokenRow | None = session.get(InitialTokenRow, token_id)
    if row is None:
        raise Rejected("initial_token.unknown", "no initial access token has this id")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        audit.record_in(
            session, "initial_token.revoke", initial_token=row.id, count=row.uses_left, operator=operator
        )
