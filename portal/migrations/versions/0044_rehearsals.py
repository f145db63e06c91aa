"""Rehearsals with invented callers.

The program before does not know the table and goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0044"
down_revision = "0043"

REFERENCES = (
    ("staff_id", "staff_user"),
    ("household_id", "household"),
    ("entry_id", "register_entry"),
)
IS_GOING = "state = 'going'"


def upgrade() -> None:
    """Add the table, which old programs do not know."""
    op.create_table(
        "rehearsal",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("scenario", sa.String(20), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("met", sa.JSON, nullable=False),
        sa.Column("entry_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{other}.id"], name=op.f(f"fk_rehearsal_{column}_{other}")
            )
            for column, other in REFERENCES
        ),
    )
    for column in ("staff_id", "household_id", "state"):
        op.create_index(f"ix_rehearsal_{column}", "rehearsal", [column])
    op.create_index(
        "uq_rehearsal_going",
        "rehearsal",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text(IS_GOING),
        sqlite_where=sa.text(IS_GOING),
    )
