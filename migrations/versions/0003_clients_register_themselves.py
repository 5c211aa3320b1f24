"""Clients that register themselves; changes of the registry counted, so that only changed rows are read.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed", sa.BigInteger(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("origin", sa.String(16), nullable=False, server_default="manifest"))
        batch_op.add_column(sa.Column("logo", sa.String(64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("deleted_at", sa.BigInteger(), nullable=True))
        batch_op.drop_column("revision")
    with op.batch_alter_table("client", schema=None) as batch_op:
        for name in ("changed", "origin", "logo"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_index(batch_op.f("ix_client_changed"), ["changed"], unique=False)

    # The random values of before say nothing any more; every snapshot begins anew at 1.
    op.drop_table("registry_version")
    versions = op.create_table(
        "registry_version",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.bulk_insert(versions, [{"name": "clients", "value": 1}])

    op.create_table(
        "client_logo",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "client_registration",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=True),
        sa.Column("replaced", sa.String(length=43), nullable=True),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.Column("initial_token", sa.String(length=20), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
    )
    op.create_table(
        "initial_access_token",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("uses_left", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("initial_access_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_initial_access_token_digest"), ["digest"], unique=False)
    op.create_table(
        "software_issuer",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("jwks", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("issuer"),
    )


def downgrade() -> None:
    for name in ("software_issuer", "initial_access_token", "client_registration", "client_logo"):
        op.drop_table(name)
    op.drop_table("registry_version")
    op.create_table(
        "registry_version",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute("DELETE FROM client WHERE deleted_at IS NOT NULL")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_changed"))
        batch_op.add_column(sa.Column("revision", sa.String(32), nullable=False, server_default="0"))
        for name in ("changed", "origin", "logo", "deleted_at"):
            batch_op.drop_column(name)
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.alter_column("revision", server_default=None)
