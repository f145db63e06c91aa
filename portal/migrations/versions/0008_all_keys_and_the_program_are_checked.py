"""A database knows all four of its keys and the name of its program.

Rows of version 0.1.0 know the first key alone; ``portal db upgrade`` adds the rest once that key
has shown that it is the right one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("deployment", sa.Column("program_title", sa.String(length=1000), nullable=True))
    for name in ("index_check", "pepper_check", "token_check"):
        op.add_column("deployment", sa.Column(name, sa.LargeBinary(length=32), nullable=True))
