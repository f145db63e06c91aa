"""Notes about households that may be handed to a desk, and closures to callers that were lifted.

The program before knows neither table: a closure that was lifted stands in it until the next day.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0035"
down_revision = "0033"


def upgrade() -> None:
    """Add two tables that old programs do not know."""
    op.create_table(
        "household_note",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("receipt_no", sa.String(20), nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("call_id", NUMBER, nullable=True),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("desk", sa.String(20), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("assigned_at", INSTANT, nullable=True),
        sa.Column("done_by", NUMBER, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_note")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_household_note_receipt_no")),
        *_references(
            "household_note",
            ("household_id", "household"),
            ("call_id", "call_record"),
            ("written_by", "staff_user"),
            ("done_by", "staff_user"),
        ),
    )
    for column in ("household_id", "call_id", "state"):
        op.create_index(f"ix_household_note_{column}", "household_note", [column])
    op.create_index("ix_household_note_desk", "household_note", ["desk", "state", "id"])
    op.create_table(
        "verification_release",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("up_to", NUMBER, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("released_by", NUMBER, nullable=False),
        sa.Column("released_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_release")),
        sa.UniqueConstraint(
            "household_id", "day", name=op.f("uq_verification_release_household_id")
        ),
        *_references(
            "verification_release", ("household_id", "household"), ("released_by", "staff_user")
        ),
    )


def _references(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
        )
        for column, other in columns
    ]
