"""The first tables of ``foundation/approvals``: approval."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "approval",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_by", NUMBER, nullable=False),
        sa.Column("proposed_organization", sa.String(length=20), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", NUMBER, nullable=True),
        sa.Column("confirmed_organization", sa.String(length=20), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("instruction_no", sa.String(length=40), nullable=True),
        sa.Column("instruction_date", sa.Date, nullable=True),
        sa.Column("instruction_scan_id", NUMBER, nullable=True),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> proposed_by",
            name=op.f("ck_approval_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff_user.id"], name=op.f("fk_approval_proposed_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff_user.id"], name=op.f("fk_approval_confirmed_by_staff_user")
        ),
    )
    op.create_index("ix_approval_state", "approval", ["state"])
    op.create_index("ix_approval_subject", "approval", ["subject", "subject_id"])
