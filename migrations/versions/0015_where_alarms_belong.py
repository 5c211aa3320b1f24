"""Where the subject of an alarm stands, by which officers see the alarms of their own reach.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_alarm", sa.Column("division", sa.String(length=6), nullable=False, server_default=""))
    op.add_column(
        "audit_alarm", sa.Column("department", sa.String(length=36), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("audit_alarm", "department")
    op.drop_column("audit_alarm", "division")
