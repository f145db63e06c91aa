"""The first tables of ``letters/announcements``: card_print, announcement."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _card_print()
    _announcement()


def _card_print() -> None:
    op.create_table(
        "card_print",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=10), nullable=False, server_default="card"),
        sa.Column("cards", NUMBER, nullable=False),
        sa.Column("folder", sa.String(length=1000), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("notice_date", sa.Date, nullable=False),
        sa.Column("printed_at", INSTANT, nullable=False),
        sa.Column("mail_class", sa.String(length=20), nullable=True),
        sa.Column("posted_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_print")),
    )
    op.create_index("ix_card_print_posted_on", "card_print", ["posted_on"])
    op.create_index("ix_card_print_printed_at", "card_print", ["printed_at"])


def _announcement() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("medium", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("receipt_no", sa.String(length=20), nullable=True),
        sa.Column("due_on", sa.Date, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.Column("rounds", NUMBER, nullable=False),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("task_id", NUMBER, nullable=True),
        sa.Column("follows_id", NUMBER, nullable=True),
        sa.Column("card_print_id", NUMBER, nullable=True),
        sa.Column("card_number", sa.String(length=16), nullable=True),
        sa.Column("position", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_announcement_household_id_household")
        ),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_announcement_dedupe_key")),
        sa.ForeignKeyConstraint(
            ["card_print_id"],
            ["card_print.id"],
            name=op.f("fk_announcement_card_print_id_card_print"),
        ),
        sa.UniqueConstraint("card_number", name=op.f("uq_announcement_card_number")),
    )
    op.create_index("ix_announcement_card_print_id", "announcement", ["card_print_id"])
    op.create_index("ix_announcement_household_id", "announcement", ["household_id"])
    op.create_index("ix_announcement_message_id", "announcement", ["message_id"])
    op.create_index("ix_announcement_state", "announcement", ["state"])
    op.create_index("ix_announcement_waiting", "announcement", ["medium", "state"])
