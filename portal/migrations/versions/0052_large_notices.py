"""Advance notices follow the wish for large print, as letters do.

The program before prints them in the usual size, and its rows say so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Add by which wish a notice was printed; it names a language."""
    op.add_column("bare_letter", sa.Column("large_print", sa.String(10), nullable=True))
