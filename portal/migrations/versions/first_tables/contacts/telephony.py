"""The first tables of ``contacts/telephony``: telephony_import, telephony_day, telephony_count."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _telephony_import()
    _telephony_day()
    _telephony_count()


def _telephony_import() -> None:
    op.create_table(
        "telephony_import",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("layout", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("imported_by", NUMBER, nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("rows", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephony_import")),
        sa.ForeignKeyConstraint(
            ["imported_by"],
            ["staff_user.id"],
            name=op.f("fk_telephony_import_imported_by_staff_user"),
        ),
    )


def _telephony_day() -> None:
    op.create_table(
        "telephony_day",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("replaced_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("halves", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephony_day")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["telephony_import.id"],
            name=op.f("fk_telephony_day_import_id_telephony_import"),
        ),
    )
    op.create_index("ix_telephony_day_import_id", "telephony_day", ["import_id"])
    op.create_index(
        "uq_telephony_day_current",
        "telephony_day",
        ["day"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
        sqlite_where=sa.text("replaced_at IS NULL"),
    )


def _telephony_count() -> None:
    op.create_table(
        "telephony_count",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("day_id", NUMBER, nullable=False),
        sa.Column("half_hour", NUMBER, nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("offered", NUMBER, nullable=False),
        sa.Column("answered", NUMBER, nullable=False),
        sa.Column("abandoned", NUMBER, nullable=False),
        sa.Column("busy", NUMBER, nullable=True),
        sa.Column("short_abandoned", NUMBER, nullable=True),
        sa.Column("within", NUMBER, nullable=True),
        sa.Column("talk", NUMBER, nullable=True),
        sa.Column("after_call", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephony_count")),
        sa.UniqueConstraint(
            "day_id", "half_hour", "language", "line", name=op.f("uq_telephony_count_place")
        ),
        sa.CheckConstraint(
            "half_hour BETWEEN -1 AND 47", name=op.f("ck_telephony_count_half_hour")
        ),
        sa.CheckConstraint(
            "offered >= 0 AND answered >= 0 AND abandoned >= 0",
            name=op.f("ck_telephony_count_not_negative"),
        ),
        sa.CheckConstraint(
            "answered + abandoned <= offered", name=op.f("ck_telephony_count_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["day_id"], ["telephony_day.id"], name=op.f("fk_telephony_count_day_id_telephony_day")
        ),
    )
