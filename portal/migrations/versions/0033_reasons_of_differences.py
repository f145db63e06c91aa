"""A report whose figures differ from their recount keeps why, by a second person.

The program before hands such a report in without it: it does not count twice.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0033"
down_revision = "0032"
_COUNTS = tuple(
    f"{side}_{what}" for side in ("reported", "recounted") for what in ("cases", "children", "yen")
)


def upgrade() -> None:
    """Add a table that old programs do not know."""
    op.create_table(
        "report_difference",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("version_id", NUMBER, nullable=False),
        sa.Column("figure", sa.String(20), nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in _COUNTS),
        sa.Column("checked_by", NUMBER, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("given_by", NUMBER, nullable=True),
        sa.Column("given_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_difference")),
        sa.UniqueConstraint("version_id", "figure", name=op.f("uq_report_difference_version_id")),
        sa.CheckConstraint(
            "given_by IS NULL OR given_by <> checked_by",
            name=op.f("ck_report_difference_second_person"),
        ),
        sa.CheckConstraint(
            "(given_by IS NULL) = (sealed IS NULL)", name=op.f("ck_report_difference_reason_whole")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_report_difference_{column}_{table}")
            )
            for column, table in (
                ("version_id", "report_version"),
                ("checked_by", "staff_user"),
                ("given_by", "staff_user"),
            )
        ),
    )
