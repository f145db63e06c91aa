"""A message says what became of it after it was handed over; trials of the ways that send it.

Rows from before have no reference: a report about one of them finds nothing and is forgotten.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns, and the table of trials."""
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("reference", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("provider_id", sa.String(length=120), nullable=True))
        batch.add_column(sa.Column("masked_sealed", sa.LargeBinary, nullable=True))
        batch.add_column(sa.Column("result_at", INSTANT, nullable=True))
        batch.create_unique_constraint(op.f("uq_outbox_message_reference"), ["reference"])
        batch.create_index(op.f("ix_outbox_message_provider_id"), ["provider_id"])
    op.create_table(
        "sender_trial",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("way", sa.String(length=120), nullable=False),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.Column("accepted", NUMBER, nullable=False),
        sa.Column("refused", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_trial")),
    )
    op.create_index("ix_sender_trial_way", "sender_trial", ["kind", "way"])
