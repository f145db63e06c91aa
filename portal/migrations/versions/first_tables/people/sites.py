"""The first tables of ``people/sites``: site_switch."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "site_switch",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("site", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("on_at", INSTANT, nullable=False),
        sa.Column("on_by", NUMBER, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("off_at", INSTANT, nullable=True),
        sa.Column("off_by", NUMBER, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_switch")),
        sa.ForeignKeyConstraint(
            ["on_by"], ["staff_user.id"], name=op.f("fk_site_switch_on_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["off_by"], ["staff_user.id"], name=op.f("fk_site_switch_off_by_staff_user")
        ),
    )
    op.create_index("ix_site_switch_state", "site_switch", ["state"])
    op.create_index(
        "uq_site_switch_on",
        "site_switch",
        ["site"],
        unique=True,
        postgresql_where=sa.text("state = 'on'"),
        sqlite_where=sa.text("state = 'on'"),
    )
