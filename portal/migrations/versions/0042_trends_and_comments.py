"""Published trends, comments on reports, and addresses at which staff are told.

The program before knows none of the tables: it would hand in a report with an open comment.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Add three tables that old programs do not know."""
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
    op.create_table(
        "staff_mailbox",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("code_digest", sa.LargeBinary(32), nullable=True),
        sa.Column("code_until", INSTANT, nullable=True),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_mailbox")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_staff_mailbox_staff_id")),
        sa.CheckConstraint(
            "(state = 'ended') = (sealed IS NULL)", name=op.f("ck_staff_mailbox_ended_is_empty")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_mailbox_staff_id_staff_user")
        ),
    )
    op.create_index("ix_staff_mailbox_state", "staff_mailbox", ["state"])
