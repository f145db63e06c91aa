"""Lists of the shops in which coupons can be used.

A program of before knows neither table.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Add two tables that old programs do not know."""
    op.create_table(
        "shop_list",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("refused", NUMBER, nullable=False),
        sa.Column("loaded_by", NUMBER, nullable=True),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_list")),
        sa.ForeignKeyConstraint(
            ["loaded_by"], ["staff_user.id"], name=op.f("fk_shop_list_loaded_by_staff_user")
        ),
    )
    op.create_index("ix_shop_list_valid_from", "shop_list", ["valid_from"])
    op.create_table(
        "shop",
        sa.Column("list_id", NUMBER, nullable=False),
        sa.Column("place", NUMBER, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kana", sa.String(80), nullable=False),
        sa.Column("town", sa.String(40), nullable=False),
        sa.Column("address", sa.String(120), nullable=False),
        sa.Column("telephone", sa.String(20), nullable=False),
        sa.Column("kinds", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "place", name=op.f("pk_shop")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["shop_list.id"], name=op.f("fk_shop_list_id_shop_list")
        ),
    )
