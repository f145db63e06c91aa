"""The first tables of ``letters/documents``: document_version, document_use."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _document_version()
    _document_use()


def _document_version() -> None:
    op.create_table(
        "document_version",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("specimen", sa.LargeBinary, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_by", NUMBER, nullable=True),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("instruction_no", sa.String(length=40), nullable=True),
        sa.Column("instruction_on", sa.Date, nullable=True),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_document_version_kind")),
        sa.CheckConstraint(
            "state <> 'approved' OR (instruction_no IS NOT NULL AND instruction_on IS NOT NULL)",
            name=op.f("ck_document_version_approval_instructed"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["staff_user.id"],
            name=op.f("fk_document_version_proposed_by_staff_user"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["staff_user.id"],
            name=op.f("fk_document_version_decided_by_staff_user"),
        ),
    )
    op.create_index("ix_document_version_state", "document_version", ["state"])
    op.create_index(
        "uq_document_version_living",
        "document_version",
        ["kind", "sha256"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'approved')"),
        sqlite_where=sa.text("state IN ('proposed', 'approved')"),
    )


def _document_use() -> None:
    op.create_table(
        "document_use",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("version_id", NUMBER, nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_use")),
        sa.UniqueConstraint(
            "version_id", "subject", "subject_id", name=op.f("uq_document_use_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_version.id"],
            name=op.f("fk_document_use_version_id_document_version"),
        ),
    )
