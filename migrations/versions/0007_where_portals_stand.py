"""Where each portal stands in the administration tree, whether it is a sandbox's, and its name for lists.

Revision ID: 0007
Revises: 0006
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_CLIENT = sa.table("client", sa.column("client_id"), sa.column("name"), sa.column("document"))


def upgrade() -> None:
    with op.batch_alter_table("client") as table:
        table.add_column(sa.Column("name", sa.String(length=60), nullable=False, server_default=""))
        table.add_column(sa.Column("division", sa.String(length=6), nullable=False, server_default="000000"))
        table.add_column(sa.Column("department", sa.String(length=36), nullable=False, server_default=""))
        table.add_column(
            sa.Column("environment", sa.String(length=10), nullable=False, server_default="production")
        )
    op.create_index("ix_client_division", "client", ["division", "client_id"])
    op.create_index("ix_client_department", "client", ["department", "division", "client_id"])
    connection = op.get_bind()
    for client_id, document in connection.execute(sa.select(_CLIENT.c.client_id, _CLIENT.c.document)).all():
        named = sa.update(_CLIENT).where(_CLIENT.c.client_id == client_id)
        connection.execute(named.values(name=_name(document)))


def _name(document: str) -> str:
    """The name in a registration; nothing for one that cannot be read."""
    try:
        return str(json.loads(document)["name"])[:60]
    except (KeyError, TypeError, ValueError):
        return ""


def downgrade() -> None:
    op.drop_index("ix_client_department", table_name="client")
    op.drop_index("ix_client_division", table_name="client")
    with op.batch_alter_table("client") as table:
        for column in ("environment", "department", "division", "name"):
            table.drop_column(column)
