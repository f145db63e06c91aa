"""Alembic's entry: runs in the transaction that ``portal.platform.migrations`` opened."""

from alembic import context
from sqlalchemy import MetaData

from portal.domain.foundation.base import NAMING

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    # only the names of constraints: a migration knows no models, which are those of another day
    target_metadata=MetaData(naming_convention=NAMING),
)
context.run_migrations()
