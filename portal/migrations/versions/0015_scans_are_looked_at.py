"""A scan waits as a draft until somebody looked at it; numbers found later are counted."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add two tables that old programs do not know."""
    _scan_draft()
    _scan_finding()


def _scan_draft() -> None:
    op.create_table(
        "scan_draft",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("pages", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_draft")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_scan_draft_staff_id_staff_user")
        ),
    )
    for column in ("staff_id", "made_at"):
        op.create_index(op.f(f"ix_scan_draft_{column}"), "scan_draft", [column])


def _scan_finding() -> None:
    op.create_table(
        "scan_finding",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("scan_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("places", NUMBER, nullable=False),
        sa.Column("found_by", NUMBER, nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_finding")),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_scan_finding_scan_id_scan")
        ),
        sa.ForeignKeyConstraint(
            ["found_by"], ["staff_user.id"], name=op.f("fk_scan_finding_found_by_staff_user")
        ),
    )
    for column in ("scan_id", "found_at"):
        op.create_index(op.f(f"ix_scan_finding_{column}"), "scan_finding", [column])
