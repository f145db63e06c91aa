"""The first tables of ``letters/subcontractors``: subcontractor, sent_file."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _subcontractor()
    _sent_file()


def _subcontractor() -> None:
    op.create_table(
        "subcontractor",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("work", sa.String(length=200), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("consent_no", sa.String(length=40), nullable=True),
        sa.Column("consent_on", sa.Date, nullable=True),
        sa.Column("proposed_by", NUMBER, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subcontractor")),
        sa.CheckConstraint(
            "state <> 'consented' OR (consent_no IS NOT NULL AND consent_on IS NOT NULL)",
            name=op.f("ck_subcontractor_consent_named"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff_user.id"], name=op.f("fk_subcontractor_proposed_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_user.id"], name=op.f("fk_subcontractor_decided_by_staff_user")
        ),
    )
    op.create_index("ix_subcontractor_state", "subcontractor", ["state"])


def _sent_file() -> None:
    op.create_table(
        "sent_file",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("subcontractor_id", NUMBER, nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=True),
        sa.Column("subject_id", NUMBER, nullable=True),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("letters", NUMBER, nullable=False),
        sa.Column("consent_no", sa.String(length=40), nullable=False),
        sa.Column("consent_on", sa.Date, nullable=False),
        sa.Column("sent_by", NUMBER, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_file")),
        sa.ForeignKeyConstraint(
            ["subcontractor_id"],
            ["subcontractor.id"],
            name=op.f("fk_sent_file_subcontractor_id_subcontractor"),
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["staff_user.id"], name=op.f("fk_sent_file_sent_by_staff_user")
        ),
    )
    op.create_index("ix_sent_file_subcontractor_id", "sent_file", ["subcontractor_id"])
