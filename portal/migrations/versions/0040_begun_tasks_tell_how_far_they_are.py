"""Tasks that were begun on the staff site say how far they are, what they did, and read files.

The program before leaves the new columns empty. A worker of it does not know the new kinds: it
leaves them waiting, and those behind them, until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Add progress, result, files and the wish to stop."""
    with op.batch_alter_table("begun_task") as batch:
        batch.add_column(sa.Column("done", NUMBER, nullable=True))
        batch.add_column(sa.Column("planned", NUMBER, nullable=True))
        batch.add_column(sa.Column("result", sa.JSON, nullable=True))
        batch.add_column(sa.Column("cancel_asked_at", INSTANT, nullable=True))
        for column in ("input_id", "output_id"):
            batch.add_column(sa.Column(column, NUMBER, nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_begun_task_{column}_sealed_file"), "sealed_file", [column], ["id"]
            )
