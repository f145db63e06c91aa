"""What officers say that a word of the post means is kept, and read with every file.

The program before does not read it: while both run, it lists such a word as unknown once more.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Add a table that old programs do not know."""
    op.create_table(
        "tracking_word",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("word", sa.String(60), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("said_by", NUMBER, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_word")),
        sa.UniqueConstraint("word", name=op.f("uq_tracking_word_word")),
        sa.ForeignKeyConstraint(
            ["said_by"], ["staff_user.id"], name=op.f("fk_tracking_word_said_by_staff_user")
        ),
    )
