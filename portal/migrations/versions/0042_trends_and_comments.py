"""Figures of trends that were published once, and comments on reports.

The program before knows neither table: it would hand in a report with an open comment.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Add two tables that old programs do not know."""
    op.create_table(
        "trend_figure",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("span", sa.String(10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(12), nullable=False),
        sa.Column("town", sa.String(80), nullable=False),
        sa.Column("figure", NUMBER, nullable=True),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "figure >= 10 OR figure IS NULL", name=op.f("ck_trend_figure_not_small")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trend_figure")),
        sa.UniqueConstraint("span", "measure", "town", name=op.f("uq_trend_figure_span")),
    )
    op.create_table(
        "report_comment",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("report_id", NUMBER, nullable=False),
        sa.Column("answers_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("settled_by", NUMBER, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_comment")),
        sa.CheckConstraint(
            "(settled_by IS NULL) = (settled_at IS NULL)",
            name=op.f("ck_report_comment_settled_whole"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_report_comment_{column}_{table}")
            )
            for column, table in (
                ("report_id", "monthly_report"),
                ("answers_id", "report_comment"),
                ("written_by", "staff_user"),
                ("settled_by", "staff_user"),
            )
        ),
    )
    for column in ("report_id", "state"):
        op.create_index(f"ix_report_comment_{column}", "report_comment", [column])
