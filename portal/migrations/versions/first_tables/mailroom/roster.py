"""The first tables of ``mailroom/roster``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _roster_import()
    _roster_row()
    _staged_household()
    _roster_difference()
    _staged_child()
    _staged_hold()


def _roster_import() -> None:
    op.create_table(
        "roster_import",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("layout", sa.String(length=80), nullable=False),
        sa.Column("extracted", sa.Date, nullable=False),
        sa.Column("has_protection", sa.Boolean, nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("totals", sa.JSON, nullable=False),
        sa.Column("differences", sa.JSON, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    op.create_index("ix_roster_import_sha256", "roster_import", ["sha256"])
    op.create_index("ix_roster_import_state", "roster_import", ["state"])


def _roster_row() -> None:
    op.create_table(
        "roster_row",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("record", NUMBER, nullable=False),
        sa.Column("line", NUMBER, nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_row")),
        sa.UniqueConstraint("import_id", "record", name=op.f("uq_roster_row_import_id")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_import.id"], name=op.f("fk_roster_row_import_id_roster_import")
        ),
    )


def _staged_household() -> None:
    op.create_table(
        "staged_household",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("number_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("disposition", sa.String(length=8), nullable=False),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("protected", sa.Boolean, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("birth_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("names", sa.LargeBinary, nullable=False),
        sa.Column("places", sa.LargeBinary, nullable=False),
        sa.Column("births", sa.LargeBinary, nullable=False),
        sa.Column("change", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_household")),
        sa.UniqueConstraint(
            "import_id", "number_digest", name=op.f("uq_staged_household_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_import.id"],
            name=op.f("fk_staged_household_import_id_roster_import"),
        ),
    )
    op.create_index("ix_staged_household_change", "staged_household", ["import_id", "change"])


def _roster_difference() -> None:
    op.create_table(
        "roster_difference",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("staged_id", NUMBER, nullable=True),
        sa.Column("child_id", NUMBER, nullable=True),
        sa.Column("applied", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_difference")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_import.id"],
            name=op.f("fk_roster_difference_import_id_roster_import"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_roster_difference_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["staged_id"],
            ["staged_household.id"],
            name=op.f("fk_roster_difference_staged_id_staged_household"),
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_roster_difference_child_id_child")
        ),
    )
    op.create_index("ix_roster_difference_child_id", "roster_difference", ["child_id"])
    op.create_index("ix_roster_difference_household_id", "roster_difference", ["household_id"])
    op.create_index("ix_roster_difference_import", "roster_difference", ["import_id", "kind"])
    op.create_index("ix_roster_difference_staged_id", "roster_difference", ["staged_id"])


def _staged_child() -> None:
    op.create_table(
        "staged_child",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("person_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_child")),
        sa.UniqueConstraint("import_id", "person_digest", name=op.f("uq_staged_child_import_id")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_import.id"],
            name=op.f("fk_staged_child_import_id_roster_import"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["staged_household.id"],
            name=op.f("fk_staged_child_household_id_staged_household"),
        ),
    )
    op.create_index("ix_staged_child_household_id", "staged_child", ["household_id"])


def _staged_hold() -> None:
    op.create_table(
        "staged_hold",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_hold")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_import.id"], name=op.f("fk_staged_hold_import_id_roster_import")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["staged_household.id"],
            name=op.f("fk_staged_hold_household_id_staged_household"),
        ),
    )
    op.create_index("ix_staged_hold_household_id", "staged_hold", ["household_id"])
    op.create_index("ix_staged_hold_import_id", "staged_hold", ["import_id"])
