"""The registers that the contract wants: certificates, pledges, trainings, drills, deliverables."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table of entries."""
    op.create_table(
        "register_entry",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.Column("number", sa.String(60), nullable=True),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("entered_by", NUMBER, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("decision_no", sa.String(40), nullable=True),
        sa.Column("decision_on", sa.Date, nullable=True),
        sa.Column("changed_by", NUMBER, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (decision_no IS NOT NULL AND decision_on IS NOT NULL)",
            name=op.f("ck_register_entry_decision_named"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["staff_user.id"], name=op.f(f"fk_register_entry_{column}_staff_user")
            )
            for column in ("staff_id", "entered_by", "changed_by")
        ),
    )
    op.create_index("ix_register_entry_kind", "register_entry", ["kind", "day"])
    op.create_index("ix_register_entry_staff_id", "register_entry", ["staff_id"])
    op.create_index("ix_register_entry_state", "register_entry", ["state"])
