"""The first tables of ``requests/declines``: decline_item."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "decline_item",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("request_id", NUMBER, nullable=False),
        sa.Column("entitlement_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("adult", sa.Boolean, nullable=False),
        sa.Column("countersigned_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decline_item")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_decline_item_request_id_request")
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_decline_item_entitlement_id_entitlement"),
        ),
    )
    op.create_index("ix_decline_item_entitlement_id", "decline_item", ["entitlement_id"])
    op.create_index("ix_decline_item_request", "decline_item", ["request_id"])
    op.create_index("ix_decline_item_state", "decline_item", ["state"])
    op.create_index(
        "uq_decline_item_live",
        "decline_item",
        ["entitlement_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('submitted','returned_for_correction','unclear','awaiting_stop','accepted')"
        ),
        sqlite_where=sa.text(
            "state IN ('submitted','returned_for_correction','unclear','awaiting_stop','accepted')"
        ),
    )
