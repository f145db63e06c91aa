"""The first tables of ``requests/recipients``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _counter_hand_over()
    _recipient_addition()
    _recipient_change()


def _counter_hand_over() -> None:
    op.create_table(
        "counter_hand_over",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("letter_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("checked", sa.String(length=20), nullable=False),
        sa.Column("receipt_scan_id", NUMBER, nullable=True),
        sa.Column("handed_by", NUMBER, nullable=False),
        sa.Column("handed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_hand_over")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_counter_hand_over_letter_id")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_counter_hand_over_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_counter_hand_over_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["receipt_scan_id"], ["scan.id"], name=op.f("fk_counter_hand_over_receipt_scan_id_scan")
        ),
        sa.ForeignKeyConstraint(
            ["handed_by"], ["staff_user.id"], name=op.f("fk_counter_hand_over_handed_by_staff_user")
        ),
    )
    op.create_index("ix_counter_hand_over_household_id", "counter_hand_over", ["household_id"])


def _recipient_addition() -> None:
    op.create_table(
        "recipient_addition",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("request_id", NUMBER, nullable=False),
        sa.Column("entitlement_id", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_addition")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_recipient_addition_request_id_request")
        ),
        sa.UniqueConstraint("entitlement_id", name=op.f("uq_recipient_addition_entitlement_id")),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_recipient_addition_entitlement_id_entitlement"),
        ),
    )
    op.create_index("ix_recipient_addition_request_id", "recipient_addition", ["request_id"])


def _recipient_change() -> None:
    op.create_table(
        "recipient_change",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("request_id", NUMBER, nullable=False),
        sa.Column("entitlement_id", NUMBER, nullable=False),
        sa.Column("from_household_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("hid_coupon", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_change")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_recipient_change_request_id_request")
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_recipient_change_entitlement_id_entitlement"),
        ),
        sa.ForeignKeyConstraint(
            ["from_household_id"],
            ["household.id"],
            name=op.f("fk_recipient_change_from_household_id_household"),
        ),
    )
    op.create_index(
        "ix_recipient_change_from_household_id", "recipient_change", ["from_household_id"]
    )
    op.create_index("ix_recipient_change_request_id", "recipient_change", ["request_id"])
    op.create_index("ix_recipient_change_state", "recipient_change", ["state"])
    op.create_index(
        "uq_recipient_change_open",
        "recipient_change",
        ["entitlement_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted','awaiting_stop')"),
        sqlite_where=sa.text("state IN ('submitted','awaiting_stop')"),
    )
