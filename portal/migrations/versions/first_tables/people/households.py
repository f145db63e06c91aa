"""The first tables of ``people/households``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _household()
    _child()
    _moved_child()
    _search_index()
    _hold()
    _print_text()


def _household() -> None:
    op.create_table(
        "household",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("number_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("birth_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("protected", sa.Boolean, nullable=False),
        sa.Column("counter", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("number_digest", name=op.f("uq_household_number_digest")),
    )
    op.create_index("ix_household_import_id", "household", ["import_id"])
    op.create_index("ix_household_protected", "household", ["protected"])
    op.create_index("ix_household_state", "household", ["state"])


def _child() -> None:
    op.create_table(
        "child",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("person_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("added", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("placed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child")),
        sa.UniqueConstraint("household_id", "ordinal", name=op.f("uq_child_household_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_child_household_id_household")
        ),
        sa.UniqueConstraint("person_digest", name=op.f("uq_child_person_digest")),
    )
    op.create_index("ix_child_household_id", "child", ["household_id"])
    op.create_index("ix_child_state", "child", ["state"])


def _moved_child() -> None:
    op.create_table(
        "moved_child",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_child")),
        sa.UniqueConstraint("household_id", "ordinal", name=op.f("uq_moved_child_household_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_moved_child_household_id_household")
        ),
    )
    op.create_index("ix_moved_child_household_id", "moved_child", ["household_id"])


def _search_index() -> None:
    op.create_table(
        "search_index",
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("names", sa.LargeBinary, nullable=False),
        sa.Column("places", sa.LargeBinary, nullable=False),
        sa.Column("births", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_search_index")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_search_index_household_id_household")
        ),
    )


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("approval_id", NUMBER, nullable=True),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_hold_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_hold_approval_id_approval")
        ),
    )
    op.create_index("ix_hold_household_id", "hold", ["household_id"])
    op.create_index("ix_hold_open", "hold", ["state", "code"])
    op.create_index("ix_hold_state", "hold", ["state"])


def _print_text() -> None:
    op.create_table(
        "print_text",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("approval_id", NUMBER, nullable=False),
        sa.Column("approved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_text")),
        sa.UniqueConstraint("household_id", name=op.f("uq_print_text_household_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_print_text_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_print_text_approval_id_approval")
        ),
    )
