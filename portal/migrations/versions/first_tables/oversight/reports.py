"""The first tables of ``oversight/reports``: monthly_report, report_version, report_note."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _monthly_report()
    _report_version()
    _report_note()


def _monthly_report() -> None:
    op.create_table(
        "monthly_report",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_report")),
        sa.UniqueConstraint("kind", "month", name=op.f("uq_monthly_report_kind")),
    )
    op.create_index("ix_monthly_report_state", "monthly_report", ["state"])


def _report_version() -> None:
    op.create_table(
        "report_version",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("report_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("checked_by", NUMBER, nullable=False),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.Column("submitted_by", NUMBER, nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_version")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_version_report_id")),
        sa.CheckConstraint(
            "submitted_by IS NULL OR submitted_by <> checked_by",
            name=op.f("ck_report_version_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["monthly_report.id"],
            name=op.f("fk_report_version_report_id_monthly_report"),
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["staff_user.id"], name=op.f("fk_report_version_checked_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"],
            ["staff_user.id"],
            name=op.f("fk_report_version_submitted_by_staff_user"),
        ),
    )


def _report_note() -> None:
    op.create_table(
        "report_note",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("report_id", NUMBER, nullable=False),
        sa.Column("call_id", NUMBER, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_note")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["monthly_report.id"],
            name=op.f("fk_report_note_report_id_monthly_report"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_report_note_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["staff_user.id"], name=op.f("fk_report_note_written_by_staff_user")
        ),
    )
    op.create_index(
        "uq_report_note_call",
        "report_note",
        ["report_id", "call_id"],
        unique=True,
        postgresql_where=sa.text("dropped_at IS NULL"),
        sqlite_where=sa.text("dropped_at IS NULL"),
    )
