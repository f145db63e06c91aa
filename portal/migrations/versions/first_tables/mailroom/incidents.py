"""The first tables of ``mailroom/incidents``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _incident()
    _incident_report()
    _incident_subject()
    _site_notice()
    _downtime()
    _coupon_fault()


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("malicious", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=True),
        sa.Column("opened_by", NUMBER, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("ward_told_at", INSTANT, nullable=True),
        sa.Column("contained_at", INSTANT, nullable=True),
        sa.Column("reported_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("number", name=op.f("uq_incident_number")),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["staff_user.id"], name=op.f("fk_incident_opened_by_staff_user")
        ),
    )
    op.create_index("ix_incident_state", "incident", ["state"])
    op.create_index("ix_incident_state_known", "incident", ["state", "known_at"])


def _incident_report() -> None:
    op.create_table(
        "incident_report",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("incident_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sealed_pdf", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_report")),
        sa.UniqueConstraint(
            "incident_id", "kind", "number", name=op.f("uq_incident_report_incident_id")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> written_by",
            name=op.f("ck_incident_report_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_report_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["staff_user.id"], name=op.f("fk_incident_report_written_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_user.id"], name=op.f("fk_incident_report_decided_by_staff_user")
        ),
    )
    op.create_index("ix_incident_report_incident_id", "incident_report", ["incident_id"])
    op.create_index("ix_incident_report_state", "incident_report", ["state"])


def _incident_subject() -> None:
    op.create_table(
        "incident_subject",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("incident_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("found_by", sa.String(length=12), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False, server_default="listed"),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_subject")),
        sa.UniqueConstraint(
            "incident_id", "kind", "subject_id", name=op.f("uq_incident_subject_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_subject_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_incident_subject_household_id_household"),
        ),
    )
    op.create_index("ix_incident_subject_household_id", "incident_subject", ["household_id"])
    op.create_index("ix_incident_subject_incident_id", "incident_subject", ["incident_id"])
    op.create_index("ix_incident_subject_result", "incident_subject", ["kind", "result"])


def _site_notice() -> None:
    op.create_table(
        "site_notice",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sentence", sa.String(length=30), nullable=True),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("incident_id", NUMBER, nullable=True),
        sa.Column("written_by", NUMBER, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("confirmed_by", NUMBER, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_notice")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_site_notice_time_passes")),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> written_by",
            name=op.f("ck_site_notice_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_site_notice_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["staff_user.id"], name=op.f("fk_site_notice_written_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff_user.id"], name=op.f("fk_site_notice_confirmed_by_staff_user")
        ),
    )
    op.create_index("ix_site_notice_incident_id", "site_notice", ["incident_id"])
    op.create_index("ix_site_notice_shown", "site_notice", ["state", "starts_at"])
    op.create_index("ix_site_notice_state", "site_notice", ["state"])


def _downtime() -> None:
    op.create_table(
        "downtime",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("announced_at", INSTANT, nullable=True),
        sa.Column("site_notice_id", NUMBER, nullable=True),
        sa.Column("incident_id", NUMBER, nullable=True),
        sa.Column("entered_by", NUMBER, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downtime")),
        sa.CheckConstraint(
            "ends_at IS NULL OR starts_at < ends_at", name=op.f("ck_downtime_time_passes")
        ),
        sa.CheckConstraint(
            "planned = false OR announced_at IS NOT NULL",
            name=op.f("ck_downtime_planned_is_announced"),
        ),
        sa.ForeignKeyConstraint(
            ["site_notice_id"],
            ["site_notice.id"],
            name=op.f("fk_downtime_site_notice_id_site_notice"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_downtime_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff_user.id"], name=op.f("fk_downtime_entered_by_staff_user")
        ),
    )
    op.create_index("ix_downtime_starts", "downtime", ["starts_at"])
    op.create_index("ix_downtime_state", "downtime", ["state"])


def _coupon_fault() -> None:
    op.create_table(
        "coupon_fault",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("entitlement_id", NUMBER, nullable=False),
        sa.Column("coupon_id", NUMBER, nullable=False),
        sa.Column("new_coupon_id", NUMBER, nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("said", sa.String(length=20), nullable=False),
        sa.Column("shop_on", sa.Date, nullable=True),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("reported_by", NUMBER, nullable=True),
        sa.Column("issuer_status", sa.String(length=12), nullable=True),
        sa.Column("used_yen", NUMBER, nullable=True),
        sa.Column("issuer_as_of", sa.Date, nullable=True),
        sa.Column("looked_up_by", NUMBER, nullable=True),
        sa.Column("looked_up_at", INSTANT, nullable=True),
        sa.Column("stop_asked_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", NUMBER, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("note_sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_fault")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_coupon_fault_receipt_no")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_coupon_fault_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_coupon_fault_entitlement_id_entitlement"),
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupon.id"], name=op.f("fk_coupon_fault_coupon_id_coupon")
        ),
        sa.ForeignKeyConstraint(
            ["new_coupon_id"], ["coupon.id"], name=op.f("fk_coupon_fault_new_coupon_id_coupon")
        ),
        sa.ForeignKeyConstraint(
            ["looked_up_by"],
            ["staff_user.id"],
            name=op.f("fk_coupon_fault_looked_up_by_staff_user"),
        ),
    )
    op.create_index("ix_coupon_fault_coupon_id", "coupon_fault", ["coupon_id"])
    op.create_index("ix_coupon_fault_entitlement_id", "coupon_fault", ["entitlement_id"])
    op.create_index("ix_coupon_fault_household_id", "coupon_fault", ["household_id"])
    op.create_index("ix_coupon_fault_reported_at", "coupon_fault", ["reported_at"])
    op.create_index("ix_coupon_fault_state", "coupon_fault", ["state"])
    op.create_index("ix_coupon_fault_state_reported", "coupon_fault", ["state", "reported_at"])
    op.create_index(
        "uq_coupon_fault_open",
        "coupon_fault",
        ["entitlement_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('reported','looked_up','stopping','no_code')"),
        sqlite_where=sa.text("state IN ('reported','looked_up','stopping','no_code')"),
    )
