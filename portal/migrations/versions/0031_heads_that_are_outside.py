"""The worker notes how far the ward's file has the signed heads of the audit chain."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the table of one row."""
    op.create_table(
        "audit_outside",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_outside")),
    )
