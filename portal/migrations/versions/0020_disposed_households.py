"""Households that were disposed of one by one are noted."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the table; the program before opens such a household as one without a name."""
    op.create_table(
        "disposed_household",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("number_digest", sa.LargeBinary(16), nullable=False),
        sa.Column("decision_no", sa.String(length=40), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=False),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("confirmed_by", NUMBER, nullable=True),
        sa.Column("disposed_at", INSTANT, nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_disposed_household_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["staff_user.id"],
            name=op.f("fk_disposed_household_decided_by_staff_user"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["staff_user.id"],
            name=op.f("fk_disposed_household_confirmed_by_staff_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposed_household")),
        sa.UniqueConstraint("household_id", name=op.f("uq_disposed_household_household_id")),
        sa.UniqueConstraint("number_digest", name=op.f("uq_disposed_household_number_digest")),
    )
