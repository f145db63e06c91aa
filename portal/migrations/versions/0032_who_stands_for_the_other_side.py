"""Somebody of the other side stands for its figures of a file that changes hands."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add two columns; hand-overs that both sides agreed on before stay as they are."""
    with op.batch_alter_table("file_transfer") as batch:
        batch.add_column(sa.Column("vouched_by", NUMBER, nullable=True))
        batch.add_column(sa.Column("vouched_at", INSTANT, nullable=True))
        batch.create_foreign_key(
            op.f("fk_file_transfer_vouched_by_staff_user"), "staff_user", ["vouched_by"], ["id"]
        )
