"""How Alembic reaches the store: through the connection that `edgeflow.results.schema` hands over."""

from __future__ import annotations

from alembic import context

from edgeflow.results.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it
    version_table="edgeflow_schema",
)
with context.begin_transaction():
    context.run_migrations()
