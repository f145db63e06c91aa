"""Self-checks have a date, a result and a person."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "self_check",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", NUMBER, nullable=True),
        sa.Column("wanting", NUMBER, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check")),
        sa.ForeignKeyConstraint(
            ["made_by"], ["staff_user.id"], name=op.f("fk_self_check_made_by_staff_user")
        ),
    )
    op.create_index("ix_self_check_subject", "self_check", ["subject", "made_at"])
