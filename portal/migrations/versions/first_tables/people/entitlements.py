"""The first tables of ``people/entitlements``: entitlement."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "entitlement",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("child_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claimed_by", sa.String(length=20), nullable=True),
        sa.Column("claim_id", NUMBER, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        sa.CheckConstraint("amount_yen > 0", name=op.f("ck_entitlement_amount_positive")),
        sa.CheckConstraint(
            "(claimed_by IS NULL) = (claim_id IS NULL)", name=op.f("ck_entitlement_claim_whole")
        ),
        sa.UniqueConstraint("child_id", name=op.f("uq_entitlement_child_id")),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_entitlement_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_entitlement_household_id_household")
        ),
    )
    op.create_index("ix_entitlement_claim_id", "entitlement", ["claim_id"])
    op.create_index("ix_entitlement_household_id", "entitlement", ["household_id"])
    op.create_index("ix_entitlement_state", "entitlement", ["state"])
