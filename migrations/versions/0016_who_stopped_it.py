"""How high whoever stopped a portal or an account stands: nobody below lets it in again.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = ("client", "person")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("stopped_rank", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "stopped_rank")
