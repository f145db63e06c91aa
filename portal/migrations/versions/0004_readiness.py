"""The row that sites write when a load balancer asks whether they are ready."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table; the first question makes its row."""
    op.create_table(
        "readiness",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness")),
    )
