"""Alembic's entry: runs on the connection that ``portal.platform.migrations`` opened, in its transaction."""

from alembic import context

from portal.domain.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
