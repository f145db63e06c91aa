"""The first tables of ``mailroom/tracking``: tracking_file, tracking_event."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _tracking_file()
    _tracking_event()


def _tracking_file() -> None:
    op.create_table(
        "tracking_file",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", NUMBER, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_tracking_file_sha256")),
    )


def _tracking_event() -> None:
    op.create_table(
        "tracking_event",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("file_id", NUMBER, nullable=False),
        sa.Column("shipment_id", NUMBER, nullable=True),
        sa.Column("tracking_no", sa.String(length=12), nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("happened_at", sa.Time, nullable=True),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=120), nullable=False),
        sa.Column("office", sa.String(length=60), nullable=False),
        sa.Column("conflict", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_event")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_tracking_event_fingerprint")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["tracking_file.id"], name=op.f("fk_tracking_event_file_id_tracking_file")
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_tracking_event_shipment_id_shipment")
        ),
    )
    op.create_index("ix_tracking_event_conflict", "tracking_event", ["conflict"])
    op.create_index("ix_tracking_event_file_id", "tracking_event", ["file_id"])
    op.create_index("ix_tracking_event_number", "tracking_event", ["tracking_no", "happened_on"])
    op.create_index("ix_tracking_event_shipment_id", "tracking_event", ["shipment_id"])
    op.create_index("ix_tracking_event_status", "tracking_event", ["status"])
