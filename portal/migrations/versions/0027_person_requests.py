"""Requests of persons have steps of their own beside the clock of their register entry.

A request that waits gets its row when somebody begins with it. The program before does not know
the table: it still closes such an entry in the register.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0027"
down_revision = "0026"
_STAFF = ("searched_by", "searched_with", "proposed_by", "decided_by", "done_by", "told_by")


def upgrade() -> None:
    """Add a table that old programs do not know."""
    op.create_table(
        "person_request",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        *(sa.Column(name, NUMBER, nullable=True) for name in _STAFF),
        sa.Column("searched_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision_no", sa.String(40), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("measure", sa.String(20), nullable=True),
        sa.Column("measure_ref", NUMBER, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_request")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_person_request_entry_id")),
        sa.CheckConstraint(
            "searched_with IS NULL OR searched_with <> searched_by",
            name=op.f("ck_person_request_two_search"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by",
            name=op.f("ck_person_request_four_eyes"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_person_request_{column}_{table}")
            )
            for column, table in (
                ("entry_id", "register_entry"),
                ("household_id", "household"),
                *((name, "staff_user") for name in _STAFF),
            )
        ),
    )
    for column in ("household_id", "state"):
        op.create_index(f"ix_person_request_{column}", "person_request", [column])
