"""The first tables of ``contacts/faxes``: fax_case, fax_reply."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _fax_case()
    _fax_reply()


def _fax_case() -> None:
    op.create_table(
        "fax_case",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("scan_id", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pages", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("entered_by", NUMBER, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("close_reason", sa.String(length=30), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fax_case")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_fax_case_receipt_no")),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_fax_case_scan_id_scan")),
        sa.UniqueConstraint("digest", name=op.f("uq_fax_case_digest")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_fax_case_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff_user.id"], name=op.f("fk_fax_case_entered_by_staff_user")
        ),
    )
    op.create_index("ix_fax_case_day", "fax_case", ["day"])
    op.create_index("ix_fax_case_household_id", "fax_case", ["household_id"])
    op.create_index("ix_fax_case_queue", "fax_case", ["state", "received_at", "id"])
    op.create_index("ix_fax_case_state", "fax_case", ["state"])


def _fax_reply() -> None:
    op.create_table(
        "fax_reply",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("call_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("pages", NUMBER, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("failure", sa.String(length=20), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("prepared_by", NUMBER, nullable=False),
        sa.Column("prepared_at", INSTANT, nullable=False),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("sent_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fax_reply")),
        sa.CheckConstraint("pages >= 2", name=op.f("ck_fax_reply_cover_and_text")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["fax_case.id"], name=op.f("fk_fax_reply_case_id_fax_case")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_fax_reply_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_fax_reply_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by"], ["staff_user.id"], name=op.f("fk_fax_reply_prepared_by_staff_user")
        ),
    )
    op.create_index("ix_fax_reply_case_id", "fax_reply", ["case_id"])
    op.create_index("ix_fax_reply_household_id", "fax_reply", ["household_id"])
    op.create_index("ix_fax_reply_sent_on", "fax_reply", ["sent_on"])
    op.create_index("ix_fax_reply_state", "fax_reply", ["state"])
