"""Copies of the data are numbered, restores are drilled, and a schema names its oldest program.

``deployment.oldest_program`` lets a program go on beside a later one whose migrations only added.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add two tables and a column that old programs do not know."""
    op.add_column(
        "deployment",
        sa.Column("oldest_program", sa.String(20), nullable=False, server_default="0.1.0"),
    )
    _data_copy()
    _restore_drill()


def _data_copy() -> None:
    op.create_table(
        "data_copy",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("size", NUMBER, nullable=True),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", NUMBER, nullable=True),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("destroyed_at", INSTANT, nullable=True),
        sa.Column("destroyed_by", NUMBER, nullable=True),
        sa.Column("destroyed_how", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copy")),
        sa.CheckConstraint(
            "(state = 'destroyed') = (destroyed_at IS NOT NULL)",
            name=op.f("ck_data_copy_destroyed_at"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["staff_user.id"], name=op.f("fk_data_copy_made_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["destroyed_by"], ["staff_user.id"], name=op.f("fk_data_copy_destroyed_by_staff_user")
        ),
    )
    op.create_index("ix_data_copy_due", "data_copy", ["state", "until"])
    op.create_index("ix_data_copy_state", "data_copy", ["state"])


def _restore_drill() -> None:
    op.create_table(
        "restore_drill",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("copy_id", NUMBER, nullable=False),
        sa.Column("backup_sha256", sa.String(64), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("households", NUMBER, nullable=False),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("yen", NUMBER, nullable=False),
        sa.Column("rows_opened", NUMBER, nullable=False),
        sa.Column("restore_ms", NUMBER, nullable=False),
        sa.Column("age_s", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restore_drill")),
        sa.ForeignKeyConstraint(
            ["copy_id"], ["data_copy.id"], name=op.f("fk_restore_drill_copy_id_data_copy")
        ),
    )
    op.create_index("ix_restore_drill_at", "restore_drill", ["at"])
    op.create_index("ix_restore_drill_copy_id", "restore_drill", ["copy_id"])
