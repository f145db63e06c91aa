"""The first tables of ``contacts/escalations``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _escalation_sheet()
    _call_back()
    _call_back_try()
    _escalation()
    _escalation_answer()


def _escalation_sheet() -> None:
    op.create_table(
        "escalation_sheet",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("rows", NUMBER, nullable=False),
        sa.Column("uploaded_by", NUMBER, nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("applied_by", NUMBER, nullable=True),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.Column("applied", NUMBER, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_sheet")),
        sa.UniqueConstraint("digest", name=op.f("uq_escalation_sheet_digest")),
        sa.ForeignKeyConstraint(
            ["uploaded_by"],
            ["staff_user.id"],
            name=op.f("fk_escalation_sheet_uploaded_by_staff_user"),
        ),
        sa.ForeignKeyConstraint(
            ["applied_by"],
            ["staff_user.id"],
            name=op.f("fk_escalation_sheet_applied_by_staff_user"),
        ),
    )
    op.create_index("ix_escalation_sheet_state", "escalation_sheet", ["state"])


def _call_back() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("task_id", NUMBER, nullable=False),
        sa.Column("call_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claimed_by", NUMBER, nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("tries", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
        sa.UniqueConstraint("task_id", name=op.f("uq_call_back_task_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_call_back_task_id_task")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_call_back_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["staff_user.id"], name=op.f("fk_call_back_claimed_by_staff_user")
        ),
    )
    op.create_index("ix_call_back_call_id", "call_back", ["call_id"])
    op.create_index("ix_call_back_state", "call_back", ["state"])


def _call_back_try() -> None:
    op.create_table(
        "call_back_try",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("task_id", NUMBER, nullable=False),
        sa.Column("call_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_try")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_call_back_try_task_id_task")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_call_back_try_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_call_back_try_staff_id_staff_user")
        ),
    )
    op.create_index("ix_call_back_try_task_id", "call_back_try", ["task_id"])


def _escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("call_id", NUMBER, nullable=True),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("raised_by", NUMBER, nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("sheet_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_escalation_receipt_no")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_escalation_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_escalation_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["raised_by"], ["staff_user.id"], name=op.f("fk_escalation_raised_by_staff_user")
        ),
    )
    op.create_index("ix_escalation_call_id", "escalation", ["call_id"])
    op.create_index("ix_escalation_household_id", "escalation", ["household_id"])
    op.create_index("ix_escalation_raised_at", "escalation", ["raised_at"])
    op.create_index("ix_escalation_raised_by", "escalation", ["raised_by"])
    op.create_index("ix_escalation_state", "escalation", ["state"])
    op.create_index("ix_escalation_state_due", "escalation", ["state", "due_on"])


def _escalation_answer() -> None:
    op.create_table(
        "escalation_answer",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("escalation_id", NUMBER, nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("instruction_no", sa.String(length=40), nullable=True),
        sa.Column("instruction_date", sa.Date, nullable=True),
        sa.Column("scan_id", NUMBER, nullable=True),
        sa.Column("sheet_id", NUMBER, nullable=True),
        sa.Column("answered_by", NUMBER, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_answer")),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
            name=op.f("fk_escalation_answer_escalation_id_escalation"),
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_escalation_answer_scan_id_scan")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["escalation_sheet.id"],
            name=op.f("fk_escalation_answer_sheet_id_escalation_sheet"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["staff_user.id"],
            name=op.f("fk_escalation_answer_answered_by_staff_user"),
        ),
    )
    op.create_index("ix_escalation_answer_escalation_id", "escalation_answer", ["escalation_id"])
    op.create_index("ix_escalation_answer_instruction_no", "escalation_answer", ["instruction_no"])
