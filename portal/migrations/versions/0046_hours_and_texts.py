"""Opening hours that the ward approved, and its own texts for the residents' site.

The program before knows neither table: its processes answer by the program's file until they are
restarted.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Add the tables, which old programs do not know."""
    _opening_hours()
    _site_text()


def _opening_hours() -> None:
    op.create_table(
        "opening_hours",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("paid_by", sa.String(20), nullable=False),
        sa.Column("proposed_by", NUMBER, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("ended_by", NUMBER, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by",
            name=op.f("ck_opening_hours_four_eyes"),
        ),
        sa.CheckConstraint(
            "last_day IS NULL OR first_day <= last_day",
            name=op.f("ck_opening_hours_days_in_order"),
        ),
        *_references("opening_hours", "proposed_by", "decided_by", "ended_by"),
    )
    op.create_index("ix_opening_hours_state", "opening_hours", ["state"])


def _site_text() -> None:
    op.create_table(
        "site_text",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("released_by", NUMBER, nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("ended_by", NUMBER, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_text")),
        sa.CheckConstraint(
            "released_by IS NULL OR released_by <> written_by",
            name=op.f("ck_site_text_four_eyes"),
        ),
        sa.CheckConstraint(
            "last_day IS NULL OR first_day <= last_day", name=op.f("ck_site_text_days_in_order")
        ),
        *_references("site_text", "written_by", "released_by", "ended_by"),
    )
    for column in ("place", "state"):
        op.create_index(f"ix_site_text_{column}", "site_text", [column])


def _references(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], ["staff_user.id"], name=op.f(f"fk_{table}_{column}_staff_user")
        )
        for column in columns
    ]
