"""Numbers of the post that no mail has are put aside with a reason, for files to come, too.

The program before does not read it: while both run, it lists such a number once more.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Add a table that old programs do not know."""
    op.create_table(
        "dismissed_number",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("tracking_no", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("said_by", NUMBER, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissed_number")),
        sa.UniqueConstraint("tracking_no", name=op.f("uq_dismissed_number_tracking_no")),
        sa.ForeignKeyConstraint(
            ["said_by"], ["staff_user.id"], name=op.f("fk_dismissed_number_said_by_staff_user")
        ),
    )
