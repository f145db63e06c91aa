"""The first tables of ``people/notices``: outbox_message."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "outbox_message",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("dedupe_key", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
    )
    op.create_index("ix_outbox_message_due", "outbox_message", ["state", "next_try_at"])
    op.create_index("ix_outbox_message_household_id", "outbox_message", ["household_id"])
    op.create_index("ix_outbox_message_state", "outbox_message", ["state"])
