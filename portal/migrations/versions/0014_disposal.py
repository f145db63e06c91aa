"""One row says that the data were, or are being, disposed of."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table; the program before finds no keys after a disposal, and serves nothing."""
    op.create_table(
        "disposal",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("begun_by", NUMBER, nullable=False),
        sa.Column("confirmed_by", NUMBER, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("keys_gone_at", INSTANT, nullable=True),
        sa.Column("rows_gone_at", INSTANT, nullable=True),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("head", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["begun_by"], ["staff_user.id"], name=op.f("fk_disposal_begun_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff_user.id"], name=op.f("fk_disposal_confirmed_by_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )
    op.create_index(op.f("ix_disposal_state"), "disposal", ["state"])
