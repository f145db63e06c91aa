"""A list with persons in it leaves as a file that a second person approved.

The program before goes on sending such lists as plain downloads; it does not know the table.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add a table that old programs do not know."""
    op.create_table(
        "person_list",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("requested_by", NUMBER, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("made_at", INSTANT, nullable=True),
        sa.Column("rows", NUMBER, nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("file", sa.LargeBinary, nullable=True),
        sa.Column("marks", sa.LargeBinary, nullable=True),
        sa.Column("copy_id", NUMBER, nullable=True),
        sa.Column("fetched_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_list")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> requested_by",
            name=op.f("ck_person_list_four_eyes"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_person_list_{column}_{table}")
            )
            for column, table in (
                ("requested_by", "staff_user"),
                ("decided_by", "staff_user"),
                ("copy_id", "data_copy"),
            )
        ),
    )
    op.create_index("ix_person_list_due", "person_list", ["state", "due_at"])
    for column in ("requested_by", "state"):
        op.create_index(f"ix_person_list_{column}", "person_list", [column])
