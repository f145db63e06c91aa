"""The first tables of ``foundation/program``: deployment."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "deployment",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("program", sa.String(length=1000), nullable=False),
        sa.Column("key_check", sa.LargeBinary, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
