"""Applications of portals for production, and what officers decided on them.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("open_client", sa.String(length=64), nullable=True),
        sa.Column("team", sa.String(length=36), nullable=False),
        sa.Column("applicant", sa.String(length=36), nullable=False),
        sa.Column("division", sa.String(length=6), nullable=False),
        sa.Column("department", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("filing", sa.String(length=60), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("confirm_by", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("open_client"),
    )
    op.create_index("ix_application_client_id", "application", ["client_id"])
    op.create_index("ix_application_team", "application", ["team"])
    op.create_index("ix_application_place", "application", ["division", "department", "created_at"])
    op.create_index("ix_application_created", "application", ["created_at", "id"])
    op.create_index("ix_application_effective", "application", ["state", "effective_at"])
    op.create_index("ix_application_due", "application", ["state", "due_at"])
    op.create_table(
        "application_decision",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("officer", sa.String(length=36), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "step"),
        sa.UniqueConstraint("application_id", "officer"),
    )


def downgrade() -> None:
    op.drop_table("application_decision")
    op.drop_table("application")
