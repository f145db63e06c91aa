"""A report of a loss shuts an account to unknown browsers.

The program before writes no such report, and lets everybody in whom it let in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column; every door is open."""
    op.add_column(
        "credential",
        sa.Column("door", sa.String(length=32), nullable=False, server_default="open"),
    )
