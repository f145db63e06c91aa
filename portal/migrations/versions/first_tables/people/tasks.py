"""The first tables of ``people/tasks``: task."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "task",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_task_receipt_no")),
        sa.ForeignKeyConstraint(
            ["done_by"], ["staff_user.id"], name=op.f("fk_task_done_by_staff_user")
        ),
    )
    op.create_index("ix_task_household_id", "task", ["household_id"])
    op.create_index("ix_task_kind", "task", ["kind"])
    op.create_index("ix_task_state", "task", ["state"])
