"""The first tables of ``requests/alternatives``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _stock_balance()
    _stock_movement()
    _stock_range()
    _stock_count()
    _alternative_parcel()
    _alternative_item()
    _stock_piece()
    _stock_reservation()


def _stock_balance() -> None:
    op.create_table(
        "stock_balance",
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("on_hand", NUMBER, nullable=False),
        sa.Column("reserved", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("product", name=op.f("pk_stock_balance")),
        sa.CheckConstraint(
            "reserved >= 0 AND on_hand >= reserved", name=op.f("ck_stock_balance_not_negative")
        ),
    )


def _stock_movement() -> None:
    op.create_table(
        "stock_movement",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("on_hand", NUMBER, nullable=False),
        sa.Column("reserved", NUMBER, nullable=False),
        sa.Column("subject_id", NUMBER, nullable=True),
        sa.Column("actor_id", NUMBER, nullable=True),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    op.create_index("ix_stock_movement_product", "stock_movement", ["product"])


def _stock_range() -> None:
    op.create_table(
        "stock_range",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("first_serial", sa.String(length=30), nullable=False),
        sa.Column("last_serial", sa.String(length=30), nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("piece_yen", NUMBER, nullable=False),
        sa.Column("delivery_note", sa.String(length=40), nullable=False),
        sa.Column("received_by", NUMBER, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_range")),
        sa.ForeignKeyConstraint(
            ["received_by"], ["staff_user.id"], name=op.f("fk_stock_range_received_by_staff_user")
        ),
    )
    op.create_index("ix_stock_range_product", "stock_range", ["product"])


def _stock_count() -> None:
    op.create_table(
        "stock_count",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("counted", NUMBER, nullable=False),
        sa.Column("book", NUMBER, nullable=False),
        sa.Column("missing", sa.JSON, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.Column("damaged", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("approval_id", NUMBER, nullable=True),
        sa.Column("counted_by", NUMBER, nullable=False),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_stock_count_approval_id_approval")
        ),
        sa.ForeignKeyConstraint(
            ["counted_by"], ["staff_user.id"], name=op.f("fk_stock_count_counted_by_staff_user")
        ),
    )
    op.create_index("ix_stock_count_product", "stock_count", ["product"])


def _alternative_parcel() -> None:
    op.create_table(
        "alternative_parcel",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("request_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("pieces", NUMBER, nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("mail_class", sa.String(length=20), nullable=False),
        sa.Column("counted_by", NUMBER, nullable=False),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", NUMBER, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("shipment_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alternative_parcel")),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> counted_by",
            name=op.f("ck_alternative_parcel_two_people"),
        ),
        sa.CheckConstraint(
            "pieces > 0 AND amount_yen > 0", name=op.f("ck_alternative_parcel_not_empty")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_alternative_parcel_request_id_request")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_alternative_parcel_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["counted_by"],
            ["staff_user.id"],
            name=op.f("fk_alternative_parcel_counted_by_staff_user"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["staff_user.id"],
            name=op.f("fk_alternative_parcel_confirmed_by_staff_user"),
        ),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_alternative_parcel_shipment_id")),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.id"],
            name=op.f("fk_alternative_parcel_shipment_id_shipment"),
        ),
    )
    op.create_index("ix_alternative_parcel_household_id", "alternative_parcel", ["household_id"])
    op.create_index("ix_alternative_parcel_request_id", "alternative_parcel", ["request_id"])
    op.create_index("ix_alternative_parcel_state", "alternative_parcel", ["state"])


def _alternative_item() -> None:
    op.create_table(
        "alternative_item",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("request_id", NUMBER, nullable=False),
        sa.Column("entitlement_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("piece_yen", NUMBER, nullable=False),
        sa.Column("pieces", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("parcel_id", NUMBER, nullable=True),
        sa.Column("coupon_owed", sa.Boolean, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alternative_item")),
        sa.CheckConstraint(
            "pieces > 0 AND pieces * piece_yen = amount_yen",
            name=op.f("ck_alternative_item_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_alternative_item_request_id_request")
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_alternative_item_entitlement_id_entitlement"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_alternative_item_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["alternative_parcel.id"],
            name=op.f("fk_alternative_item_parcel_id_alternative_parcel"),
        ),
    )
    op.create_index("ix_alternative_item_entitlement_id", "alternative_item", ["entitlement_id"])
    op.create_index("ix_alternative_item_household_id", "alternative_item", ["household_id"])
    op.create_index("ix_alternative_item_parcel_id", "alternative_item", ["parcel_id"])
    op.create_index("ix_alternative_item_request_id", "alternative_item", ["request_id"])
    op.create_index("ix_alternative_item_state", "alternative_item", ["state"])
    op.create_index(
        "uq_alternative_live",
        "alternative_item",
        ["entitlement_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('submitted','awaiting_stop','approved','packed','posted','returned','lost')"
        ),
        sqlite_where=sa.text(
            "state IN ('submitted','awaiting_stop','approved','packed','posted','returned','lost')"
        ),
    )


def _stock_piece() -> None:
    op.create_table(
        "stock_piece",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("range_id", NUMBER, nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("parcel_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_piece")),
        sa.UniqueConstraint("product", "serial", name=op.f("uq_stock_piece_product")),
        sa.ForeignKeyConstraint(
            ["range_id"], ["stock_range.id"], name=op.f("fk_stock_piece_range_id_stock_range")
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["alternative_parcel.id"],
            name=op.f("fk_stock_piece_parcel_id_alternative_parcel"),
        ),
    )
    op.create_index("ix_stock_piece_parcel_id", "stock_piece", ["parcel_id"])
    op.create_index("ix_stock_piece_range_id", "stock_piece", ["range_id"])
    op.create_index("ix_stock_piece_state", "stock_piece", ["state"])


def _stock_reservation() -> None:
    op.create_table(
        "stock_reservation",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("pieces", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reservation")),
        sa.UniqueConstraint("item_id", name=op.f("uq_stock_reservation_item_id")),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["alternative_item.id"],
            name=op.f("fk_stock_reservation_item_id_alternative_item"),
        ),
    )
    op.create_index("ix_stock_reservation_product", "stock_reservation", ["product"])
    op.create_index("ix_stock_reservation_state", "stock_reservation", ["state"])
