"""Alembic's environment: one way of running, on the connection ``idp.migration`` opened."""

from alembic import context

from idp.store.db import db

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadatas[None],
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
