"""Households may want their letters in large print.

The program before prints them in the usual size, and its rows say so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0049"


def upgrade() -> None:
    """Add the wish, and which letters were printed by it; both name a language."""
    for table in ("household", "letter"):
        op.add_column(table, sa.Column("large_print", sa.String(10), nullable=True))
