"""A household can end the reminders of a last day.

The program before knows no such wish: while both run, it may remind once more.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT

revision = "0037"
down_revision = "0035"


def upgrade() -> None:
    """Add the instant of the wish; all households want reminders."""
    op.add_column("credential", sa.Column("reminders_ended_at", INSTANT, nullable=True))
