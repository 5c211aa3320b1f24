"""Counters of what happened, and up to where the record is counted.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistic",
        sa.Column("scope", sa.String(length=66), nullable=False),
        sa.Column("heading", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "heading", "period", "label"),
    )
    op.create_table(
        "statistic_progress",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("statistic_progress")
    op.drop_table("statistic")
