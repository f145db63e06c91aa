"""The first tables of ``oversight/management``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _minutes()
    _checklist_answer()
    _milestone()
    _minutes_version()
    _open_question()


def _minutes() -> None:
    op.create_table(
        "minutes",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
    )
    op.create_index("ix_minutes_state", "minutes", ["state"])


def _checklist_answer() -> None:
    op.create_table(
        "checklist_answer",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_answer")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_checklist_answer_key")),
        sa.ForeignKeyConstraint(
            ["written_by"],
            ["staff_user.id"],
            name=op.f("fk_checklist_answer_written_by_staff_user"),
        ),
    )


def _milestone() -> None:
    op.create_table(
        "milestone",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("changed_by", NUMBER, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_milestone")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["staff_user.id"], name=op.f("fk_milestone_changed_by_staff_user")
        ),
    )
    op.create_index("ix_milestone_state", "milestone", ["state"])


def _minutes_version() -> None:
    op.create_table(
        "minutes_version",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("minutes_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", NUMBER, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_version")),
        sa.UniqueConstraint("minutes_id", "number", name=op.f("uq_minutes_version_minutes_id")),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> written_by",
            name=op.f("ck_minutes_version_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_version_minutes_id_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["staff_user.id"], name=op.f("fk_minutes_version_written_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["staff_user.id"],
            name=op.f("fk_minutes_version_confirmed_by_staff_user"),
        ),
    )


def _open_question() -> None:
    op.create_table(
        "open_question",
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("asked_on", sa.Date, nullable=True),
        sa.Column("asked_by", NUMBER, nullable=True),
        sa.Column("instruction_no", sa.String(length=40), nullable=True),
        sa.Column("instruction_on", sa.Date, nullable=True),
        sa.Column("answered_by", NUMBER, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_open_question")),
        sa.CheckConstraint(
            "state = 'open' OR (instruction_no IS NOT NULL AND instruction_on IS NOT NULL)",
            name=op.f("ck_open_question_answer_instructed"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff_user.id"], name=op.f("fk_open_question_asked_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff_user.id"], name=op.f("fk_open_question_answered_by_staff_user")
        ),
    )
    op.create_index("ix_open_question_state", "open_question", ["state"])
