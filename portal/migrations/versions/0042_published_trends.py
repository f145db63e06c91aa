"""Figures of trends that were published once.

The program before knows no such table.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0042"
down_revision = "0037"


def upgrade() -> None:
    """Add a table that old programs do not know."""
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
