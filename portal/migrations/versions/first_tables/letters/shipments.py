"""The first tables of ``letters/shipments``: other_mail, shipment."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _other_mail()
    _shipment()


def _other_mail() -> None:
    op.create_table(
        "other_mail",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("posted_on", sa.Date, nullable=False),
        sa.Column("mail_class", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("pieces", NUMBER, nullable=False),
        sa.Column("entered_by", NUMBER, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_mail")),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_other_mail_some_pieces")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff_user.id"], name=op.f("fk_other_mail_entered_by_staff_user")
        ),
    )
    op.create_index("ix_other_mail_posted_on", "other_mail", ["posted_on"])


def _shipment() -> None:
    op.create_table(
        "shipment",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("letter_id", NUMBER, nullable=True),
        sa.Column("previous_id", NUMBER, nullable=True),
        sa.Column("attempt", NUMBER, nullable=False),
        sa.Column("value_yen", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("mail_class", sa.String(length=20), nullable=True),
        sa.Column("tracking_no", sa.String(length=12), nullable=True),
        sa.Column("posted_on", sa.Date, nullable=True),
        sa.Column("absent_on", sa.Date, nullable=True),
        sa.Column("kept_until", sa.Date, nullable=True),
        sa.Column("delivered_on", sa.Date, nullable=True),
        sa.Column("returned_on", sa.Date, nullable=True),
        sa.Column("returned_reason", sa.String(length=20), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("tracking_no", "posted_on", name=op.f("uq_shipment_tracking_no")),
        sa.CheckConstraint(
            "(kind = 'letter') = (letter_id IS NOT NULL)", name=op.f("ck_shipment_letter_named")
        ),
        sa.CheckConstraint(
            "value_yen >= 0 AND attempt >= 0", name=op.f("ck_shipment_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_shipment_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_shipment_letter_id_letter")
        ),
        sa.UniqueConstraint("previous_id", name=op.f("uq_shipment_previous_id")),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["shipment.id"], name=op.f("fk_shipment_previous_id_shipment")
        ),
    )
    op.create_index("ix_shipment_household_id", "shipment", ["household_id"])
    op.create_index("ix_shipment_letter_id", "shipment", ["letter_id"])
    op.create_index("ix_shipment_state", "shipment", ["state"])
    op.create_index("ix_shipment_tracking_no", "shipment", ["tracking_no"])
