"""The first tables of ``requests/redeliveries``: redelivery."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "redelivery",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("request_id", NUMBER, nullable=False),
        sa.Column("item", sa.String(length=10), nullable=False),
        sa.Column("letter_id", NUMBER, nullable=True),
        sa.Column("shipment_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("matches", sa.JSON, nullable=False),
        sa.Column("matched_at", INSTANT, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("ward_only", sa.Boolean, nullable=False),
        sa.Column("elsewhere", sa.LargeBinary, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redelivery")),
        sa.CheckConstraint(
            "item = 'letter' OR shipment_id IS NOT NULL", name=op.f("ck_redelivery_parcel_named")
        ),
        sa.UniqueConstraint("request_id", name=op.f("uq_redelivery_request_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_redelivery_request_id_request")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_redelivery_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_redelivery_shipment_id_shipment")
        ),
    )
    op.create_index("ix_redelivery_shipment_id", "redelivery", ["shipment_id"])
    op.create_index("ix_redelivery_state", "redelivery", ["state"])
