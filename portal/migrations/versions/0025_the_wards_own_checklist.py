"""The ward hands its checklist over as a file, and gets it back with answers."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the tables of the files, their questions and our answers."""
    op.create_table(
        "ward_checklist",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("taken_by", NUMBER, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ward_checklist")),
        sa.ForeignKeyConstraint(
            ["taken_by"], ["staff_user.id"], name=op.f("fk_ward_checklist_taken_by_staff_user")
        ),
    )
    op.create_table(
        "ward_question",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("checklist_id", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("question", sa.String(1000), nullable=False),
        sa.Column("cells", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ward_question")),
        sa.ForeignKeyConstraint(
            ["checklist_id"],
            ["ward_checklist.id"],
            name=op.f("fk_ward_question_checklist_id_ward_checklist"),
        ),
    )
    op.create_index("ix_ward_question_place", "ward_question", ["checklist_id", "position"])
    op.create_table(
        "ward_answer",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("question_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("item", sa.String(40), nullable=True),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ward_answer")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_ward_answer_question_id")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["ward_question.id"],
            name=op.f("fk_ward_answer_question_id_ward_question"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["staff_user.id"], name=op.f("fk_ward_answer_written_by_staff_user")
        ),
    )
