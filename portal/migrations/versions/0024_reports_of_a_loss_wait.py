"""Reports of a loss wait for a worker; a change that waits names what it was made with.

The program before does what a report asks for at once. A change that it begins names nothing, and
any report of a loss calls it off.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0024"
down_revision = "0021"


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "loss_report",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("carried", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loss_report")),
    )
    op.add_column("otp_authenticator", sa.Column("made_with", sa.String(length=120), nullable=True))
