"""Reads of dynamic registration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Row, column, select, table

from clients import queries
from clients.client import Client
from clients.registration import policy
from clients.registration.policy import Policy
from idp.base import clock
from idp.base.secret import digest
from idp.store import db

_TOKEN_COLUMNS = (
    "id", "digest", "policy", "uses", "uses_left", "expires_at", "created_at", "created_by", "revoked_at",
)  # fmt: skip
TOKENS = table("initial_access_token", *(column(name) for name in _TOKEN_COLUMNS))
ISSUERS = table(
    "software_issuer", column("issuer"), column("jwks"), column("created_at"), column("created_by")
)
REGISTRATIONS = table(
    "client_registration",
    *(
        column(name)
        for name in ("client_id", "token", "replaced", "replaced_at", "initial_token", "statement")
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialToken:
    """An initial access token, without the token."""

    id: str
    policy: Policy
    uses: int
    uses_left: int
    expires_at: int
    created_at: int
    created_by: str
    revoked: bool
    open: bool
    """Whether nobody has to show it: registration is open to all, under its policy."""

    @property
    def live(self) -> bool:
        """Whether somebody can still register by it."""
        return self.uses_left > 0 and not self.revoked and clock.now() < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A client that registered itself, and what stands between it and a change."""

    client: Client
    policy: Policy
    initial_token: str
    statement: str
    token: str | None = field(repr=False)
    replaced: str | None = field(repr=False)
    replaced_at: int


#: What is shown by somebody who shows no token.
OPEN = digest("")


def initial_token(shown: str) -> InitialToken | None:
    """The newest live initial access token of this text; that of no text is one by which all may register."""
    found = select(TOKENS).where(TOKENS.c.digest == digest(shown)).order_by(TOKENS.c.created_at.desc())
    tokens = map(_initial_token, db.fetch_all(found))
    return next((token for token in tokens if token.live), None)


def initial_tokens() -> list[InitialToken]:
    """Every initial access token, the newest last."""
    oldest_first = select(TOKENS).order_by(TOKENS.c.created_at, TOKENS.c.id)
    return [_initial_token(row) for row in db.fetch_all(oldest_first)]


def registration(client_id: str) -> Registration | None:
    """A client that registered itself, read from the database: its own change shows to it at once."""
    statement = (
        select(
            queries.CLIENTS,
            *(
                REGISTRATIONS.c[name]
                for name in ("token", "replaced", "replaced_at", "initial_token", "statement")
            ),
            TOKENS.c.policy,
        )
        .join(REGISTRATIONS, REGISTRATIONS.c.client_id == queries.CLIENTS.c.client_id)
        .join(TOKENS, TOKENS.c.id == REGISTRATIONS.c.initial_token)
        .where(queries.CLIENTS.c.client_id == client_id, queries.CLIENTS.c.deleted_at.is_(None))
    )
    row = db.fetch_one(statement)
    if row is None:
        return None
    try:
        client = queries.client_of(row)
    except ValueError:
        return None
    return Registration(
        client=client,
        policy=policy.stored(row.policy),
        initial_token=row.initial_token,
        statement=row.statement,
        token=row.token,
        replaced=row.replaced,
        replaced_at=row.replaced_at,
    )


def software_keys(issuer: str) -> Mapping[str, Any] | None:
    """The public keys of an issuer of software statements."""
    row = db.fetch_one(select(ISSUERS.c.jwks).where(ISSUERS.c.issuer == issuer))
    return dict(orjson.loads(row.jwks)) if row else None


def software_issuers() -> list[Row[Any]]:
    """Every issuer that is believed."""
    return db.fetch_all(select(ISSUERS).order_by(ISSUERS.c.issuer))


def _initial_token(row: Any) -> InitialToken:
    return InitialToken(
        id=row.id,
        policy=policy.stored(row.policy),
        uses=row.uses,
        uses_left=row.uses_left,
        expires_at=row.expires_at,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked=row.revoked_at is not None,
        open=row.digest == OPEN,
    )
