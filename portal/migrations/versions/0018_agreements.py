"""Days and numbers that the ward agreed stand beside the answer that agreed them."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "agreement",
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("value", sa.String(20), nullable=False),
        sa.Column("question", NUMBER, nullable=False),
        sa.Column("agreed_by", NUMBER, nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_agreement")),
        sa.ForeignKeyConstraint(
            ["question"], ["open_question.number"], name=op.f("fk_agreement_question_open_question")
        ),
        sa.ForeignKeyConstraint(
            ["agreed_by"], ["staff_user.id"], name=op.f("fk_agreement_agreed_by_staff_user")
        ),
    )
    op.create_index("ix_agreement_question", "agreement", ["question"])
