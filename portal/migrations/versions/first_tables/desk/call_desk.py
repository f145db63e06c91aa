"""The first tables of ``desk/call_desk``: desk_act."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "desk_act",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("call_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("level", NUMBER, nullable=False),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("done_by", NUMBER, nullable=False),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_act")),
        sa.UniqueConstraint("call_id", "act", "receipt_no", name=op.f("uq_desk_act_call_id")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_desk_act_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_desk_act_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["done_by"], ["staff_user.id"], name=op.f("fk_desk_act_done_by_staff_user")
        ),
    )
    op.create_index("ix_desk_act_household_id", "desk_act", ["household_id"])
    op.create_index("ix_desk_act_subject", "desk_act", ["subject", "subject_id"])
