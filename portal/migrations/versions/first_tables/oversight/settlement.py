"""The first tables of ``oversight/settlement``: settlement, settlement_line."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _settlement()
    _settlement_line()


def _settlement() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("approval_id", NUMBER, nullable=False),
        sa.Column("program", sa.String(length=500), nullable=False),
        sa.Column("statement_day", sa.Date, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_settlement_approval_id")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_settlement_approval_id_approval")
        ),
    )


def _settlement_line() -> None:
    op.create_table(
        "settlement_line",
        sa.Column("settlement_id", NUMBER, nullable=False),
        sa.Column("entitlement_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("used_yen", NUMBER, nullable=False),
        sa.Column("lapsed_yen", NUMBER, nullable=False),
        sa.Column("alternative_yen", NUMBER, nullable=False),
        sa.Column("unspent_yen", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("settlement_id", "entitlement_id", name=op.f("pk_settlement_line")),
        sa.CheckConstraint(
            "used_yen + lapsed_yen + alternative_yen + unspent_yen = amount_yen",
            name=op.f("ck_settlement_line_adds_up"),
        ),
        sa.CheckConstraint(
            "used_yen >= 0 AND lapsed_yen >= 0 AND alternative_yen >= 0 AND unspent_yen >= 0",
            name=op.f("ck_settlement_line_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["settlement.id"],
            name=op.f("fk_settlement_line_settlement_id_settlement"),
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_settlement_line_entitlement_id_entitlement"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_settlement_line_household_id_household"),
        ),
    )
