"""The first tables of ``mailroom/returned_mail``: returned_item."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "returned_item",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("shipment_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("box", sa.String(length=20), nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("keep_until", sa.Date, nullable=False),
        sa.Column("received_by", NUMBER, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("destruction_proposed_by", NUMBER, nullable=True),
        sa.Column("destroyed_by", NUMBER, nullable=True),
        sa.Column("destroyed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_item")),
        sa.CheckConstraint(
            "destroyed_by IS NULL OR destroyed_by <> destruction_proposed_by",
            name=op.f("ck_returned_item_four_eyes"),
        ),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_returned_item_shipment_id")),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_returned_item_shipment_id_shipment")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_returned_item_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["received_by"], ["staff_user.id"], name=op.f("fk_returned_item_received_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["destruction_proposed_by"],
            ["staff_user.id"],
            name=op.f("fk_returned_item_destruction_proposed_by_staff_user"),
        ),
        sa.ForeignKeyConstraint(
            ["destroyed_by"],
            ["staff_user.id"],
            name=op.f("fk_returned_item_destroyed_by_staff_user"),
        ),
    )
    op.create_index("ix_returned_item_household_id", "returned_item", ["household_id"])
    op.create_index("ix_returned_item_shelf", "returned_item", ["state", "box", "id"])
    op.create_index("ix_returned_item_state", "returned_item", ["state"])
