"""Security keys of the staff.

The program before neither asks for them nor deletes them: while both run, an account that it closes
keeps its key, and opens nothing by it, for a sign-in asks for the account first.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Add the table, which old programs do not know."""
    op.create_table(
        "staff_key",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_key")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_key_staff_id_staff_user")
        ),
    )
    op.create_index("ix_staff_key_staff_id", "staff_key", ["staff_id"])
