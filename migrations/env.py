"""Alembic's environment: one way of running, on the connection ``idp.migration`` opened."""

from alembic import context

from idp.store.db import db


def _is_ours_to_compare(name: str | None, kind: str, _parents: object) -> bool:
    """Partitions are made by the month and described by their table (decision 0029)."""
    return not (kind == "table" and name is not None and name.startswith("audit_event_"))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadatas[None],
    render_as_batch=True,
    compare_type=True,
    include_name=_is_ours_to_compare,
)
with context.begin_transaction():
    context.run_migrations()
