"""The first tables of ``foundation/audit``: audit_event, idempotency_key."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _audit_event()
    _idempotency_key()


def _audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("actor_id", NUMBER, nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=True),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_index("ix_audit_event_household_id", "audit_event", ["household_id"])
    op.create_index("ix_audit_event_subject", "audit_event", ["subject", "subject_id"])
    op.create_index(
        "ix_audit_event_watched",
        "audit_event",
        ["at"],
        postgresql_where=sa.text(
            "action IN ('staff.unusual_browsing', 'household.protected_asked', 'watch.seen')"
        ),
        sqlite_where=sa.text(
            "action IN ('staff.unusual_browsing', 'household.protected_asked', 'watch.seen')"
        ),
    )


def _idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("result", sa.String(length=200), nullable=True),
        sa.Column("event_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_key")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_idempotency_key_event_id_audit_event")
        ),
    )
    op.create_index("ix_idempotency_key_at", "idempotency_key", ["at"])
