"""Lists of logout notices by portal and by age, for the console.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_logout_delivery_listed", "logout_delivery", ["status", "created_at", "id"])
    op.create_index("ix_logout_delivery_portal", "logout_delivery", ["client_id", "status", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_logout_delivery_portal", "logout_delivery")
    op.drop_index("ix_logout_delivery_listed", "logout_delivery")
