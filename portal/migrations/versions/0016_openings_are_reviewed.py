"""A household opened outside of a person's work has a row, which another person reviews.

The program before goes on opening households without one; what it opens is in the audit alone.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add a table that old programs do not know."""
    op.create_table(
        "household_opening",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reviewed_by", NUMBER, nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("incident_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_opening")),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> staff_id",
            name=op.f("ck_household_opening_four_eyes"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_household_opening_{column}_{table}")
            )
            for column, table in (
                ("household_id", "household"),
                ("staff_id", "staff_user"),
                ("reviewed_by", "staff_user"),
                ("incident_id", "incident"),
            )
        ),
    )
    for column in ("household_id", "staff_id", "state"):
        op.create_index(f"ix_household_opening_{column}", "household_opening", [column])
