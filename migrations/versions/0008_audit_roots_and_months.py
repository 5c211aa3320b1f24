"""Signed roots, alarms and streams of the record; its events by month, and findable by what one asks for.

Revision ID: 0008
Revises: 0007
"""

import time

import sqlalchemy as sa
from alembic import op

from idp.audit.months import Month

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Months made ahead; the worker keeps making them.
_AHEAD = 14
_INDEXES = (
    ("kind", ("kind", "id"), None),
    ("person", ("person", "id"), "person <> ''"),
    ("client", ("client", "id"), "client <> ''"),
    ("outcome", ("outcome", "id"), "outcome <> 'success'"),
    ("request", ("request_id",), "outcome <> 'success'"),
    ("item", ("item", "id"), "item IS NOT NULL"),
    ("mandate", ("mandate", "id"), "mandate IS NOT NULL"),
    ("region", ("region", "id"), "region IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "audit_root",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "audit_alarm",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("open", sa.String(length=220), nullable=True),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("open"),
    )
    op.create_index("ix_audit_alarm_began", "audit_alarm", ["began_at", "id"])
    op.create_table(
        "audit_stream",
        sa.Column("sink", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sink"),
    )
    op.drop_index("ix_audit_event_time", table_name="audit_event")
    op.drop_index("ix_audit_event_person_time", table_name="audit_event")
    for name, width in (("item", 64), ("mandate", 64), ("region", 12)):
        op.add_column("audit_event", sa.Column(name, sa.String(length=width), nullable=True))
    if _knows_partitions():
        _partition()
    for name, columns, where in _INDEXES:
        only = {"postgresql_where": sa.text(where), "sqlite_where": sa.text(where)} if where else {}
        op.create_index(f"ix_audit_event_{name}", "audit_event", columns, **only)


def _knows_partitions() -> bool:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return False
    return "CockroachDB" not in str(connection.scalar(sa.text("SELECT version()")))


def _partition() -> None:
    """Take the table as the first partition as it stands, up to the end of this month; copy nothing."""
    month = Month.of(time.time())
    op.execute("ALTER TABLE audit_event RENAME TO audit_event_before")
    op.execute("ALTER INDEX audit_event_pkey RENAME TO audit_event_before_pkey")
    op.execute(
        "CREATE TABLE audit_event (LIKE audit_event_before INCLUDING DEFAULTS,"
        " CONSTRAINT audit_event_pkey PRIMARY KEY (id)) PARTITION BY RANGE (id)"
    )
    if op.get_bind().scalar(sa.text("SELECT 1 FROM audit_event_before LIMIT 1")):
        month = month.next
        op.execute(
            "ALTER TABLE audit_event ATTACH PARTITION audit_event_before"
            f" FOR VALUES FROM (MINVALUE) TO ('{month.first_id}')"
        )
    else:
        op.execute("DROP TABLE audit_event_before")
    op.execute("CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT")
    for each in month.ahead(_AHEAD):
        op.execute(
            f"CREATE TABLE {each.partition} PARTITION OF audit_event"
            f" FOR VALUES FROM ('{each.first_id}') TO ('{each.next.first_id}')"
        )


def downgrade() -> None:
    for name, _, _ in _INDEXES:
        op.drop_index(f"ix_audit_event_{name}", table_name="audit_event")
    if _knows_partitions():
        op.execute(
            "CREATE TABLE audit_event_whole (LIKE audit_event INCLUDING DEFAULTS,"
            " CONSTRAINT audit_event_whole_pkey PRIMARY KEY (id))"
        )
        op.execute("INSERT INTO audit_event_whole SELECT * FROM audit_event")
        op.execute("DROP TABLE audit_event")
        op.execute("ALTER TABLE audit_event_whole RENAME TO audit_event")
        op.execute("ALTER INDEX audit_event_whole_pkey RENAME TO audit_event_pkey")
    for name in ("item", "mandate", "region"):
        op.drop_column("audit_event", name)
    op.create_index("ix_audit_event_person_time", "audit_event", ["person", "time"])
    op.create_index("ix_audit_event_time", "audit_event", ["time"])
    for table in ("audit_stream", "audit_alarm", "audit_root"):
        op.drop_table(table)
