"""The first tables of ``requests/requests``: request, scan, paper_form."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _request()
    _scan()
    _paper_form()


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("ward_only", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("result", sa.String(length=30), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("entered_by", NUMBER, nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.Column("warned", sa.Boolean, nullable=False),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("reply", sa.String(length=40), nullable=True),
        sa.Column("reply_sealed", sa.LargeBinary, nullable=True),
        sa.Column("claimed_by", NUMBER, nullable=True),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.CheckConstraint(
            "(claimed_by IS NULL) = (claimed_until IS NULL)", name=op.f("ck_request_claim_whole")
        ),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_request_receipt_no")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_request_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff_user.id"], name=op.f("fk_request_entered_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["staff_user.id"], name=op.f("fk_request_claimed_by_staff_user")
        ),
    )
    op.create_index("ix_request_claimed_by", "request", ["claimed_by"])
    op.create_index("ix_request_count", "request", ["state", "kind", "ward_only", "household_id"])
    op.create_index("ix_request_due", "request", ["state", "due_on", "ward_only", "household_id"])
    op.create_index("ix_request_household_id", "request", ["household_id"])
    op.create_index("ix_request_kind", "request", ["state", "kind", "received_at", "id"])
    op.create_index("ix_request_queue", "request", ["state", "received_at", "id"])
    op.create_index("ix_request_state", "request", ["state"])
    op.create_index("ix_request_ward_only", "request", ["ward_only"])


def _scan() -> None:
    op.create_table(
        "scan",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("ward_only", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("pages", NUMBER, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("stored_by", NUMBER, nullable=True),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_scan_household_id_household")
        ),
    )
    op.create_index("ix_scan_household_id", "scan", ["household_id"])


def _paper_form() -> None:
    op.create_table(
        "paper_form",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("request_id", NUMBER, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("postmark_on", sa.Date, nullable=True),
        sa.Column("signed_by", sa.String(length=20), nullable=False),
        sa.Column("has_letter_of_attorney", sa.Boolean, nullable=False),
        sa.Column("is_clear", sa.Boolean, nullable=False),
        sa.Column("scan_id", NUMBER, nullable=True),
        sa.Column("entered_by", NUMBER, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_form")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_paper_form_request_id_request")
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_paper_form_scan_id_scan")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff_user.id"], name=op.f("fk_paper_form_entered_by_staff_user")
        ),
    )
    op.create_index("ix_paper_form_request_id", "paper_form", ["request_id"])
