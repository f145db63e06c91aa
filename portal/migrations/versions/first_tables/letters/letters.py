"""The first tables of ``letters/letters``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _print_run()
    _test_address()
    _bare_letter()
    _letter()
    _print_chunk()
    _letter_order()


def _print_run() -> None:
    op.create_table(
        "print_run",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("planned", NUMBER, nullable=False),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("total_yen", NUMBER, nullable=False),
        sa.Column("folder", sa.String(length=1000), nullable=False),
        sa.Column("enclosed", sa.JSON, nullable=False),
        sa.Column("notice_date", sa.Date, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("begun_by", NUMBER, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("handed_over_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
        sa.ForeignKeyConstraint(
            ["begun_by"], ["staff_user.id"], name=op.f("fk_print_run_begun_by_staff_user")
        ),
    )
    op.create_index("ix_print_run_state", "print_run", ["state"])
    op.create_index(
        "uq_print_run_building",
        "print_run",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("state = 'building'"),
        sqlite_where=sa.text("state = 'building'"),
    )


def _test_address() -> None:
    op.create_table(
        "test_address",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_address")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff_user.id"], name=op.f("fk_test_address_created_by_staff_user")
        ),
    )
    op.create_index("ix_test_address_state", "test_address", ["state"])


def _bare_letter() -> None:
    op.create_table(
        "bare_letter",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("household_id", NUMBER, nullable=True),
        sa.Column("test_address_id", NUMBER, nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("print_run_id", NUMBER, nullable=False),
        sa.Column("chunk_number", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=True),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("enclosures", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("printed_at", INSTANT, nullable=True),
        sa.Column("handed_over_at", INSTANT, nullable=True),
        sa.Column("mail_class", sa.String(length=20), nullable=True),
        sa.Column("tracking_no", sa.String(length=12), nullable=True),
        sa.Column("posted_on", sa.Date, nullable=True),
        sa.Column("ended_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bare_letter")),
        sa.CheckConstraint(
            "(household_id IS NULL) <> (test_address_id IS NULL)",
            name=op.f("ck_bare_letter_one_addressee"),
        ),
        sa.UniqueConstraint("tracking_no", "posted_on", name=op.f("uq_bare_letter_tracking_no")),
        sa.UniqueConstraint("number", name=op.f("uq_bare_letter_number")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_bare_letter_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["test_address_id"],
            ["test_address.id"],
            name=op.f("fk_bare_letter_test_address_id_test_address"),
        ),
        sa.ForeignKeyConstraint(
            ["print_run_id"], ["print_run.id"], name=op.f("fk_bare_letter_print_run_id_print_run")
        ),
    )
    op.create_index("ix_bare_letter_household_id", "bare_letter", ["household_id"])
    op.create_index("ix_bare_letter_print_run_id", "bare_letter", ["print_run_id"])
    op.create_index("ix_bare_letter_state", "bare_letter", ["state"])
    op.create_index("ix_bare_letter_test_address_id", "bare_letter", ["test_address_id"])
    op.create_index(
        "uq_bare_letter_household",
        "bare_letter",
        ["household_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('cancelled', 'superseded')"),
        sqlite_where=sa.text("state NOT IN ('cancelled', 'superseded')"),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False, server_default="first"),
        sa.Column("print_run_id", NUMBER, nullable=False),
        sa.Column("chunk_number", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=True),
        sa.Column("credential_id", NUMBER, nullable=True),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("enclosures", NUMBER, nullable=False),
        sa.Column("counter", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("printed_at", INSTANT, nullable=True),
        sa.Column("handed_over_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_letter_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["print_run_id"], ["print_run.id"], name=op.f("fk_letter_print_run_id_print_run")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_letter_credential_id_credential")
        ),
    )
    op.create_index("ix_letter_household_id", "letter", ["household_id"])
    op.create_index("ix_letter_print_run_id", "letter", ["print_run_id"])
    op.create_index("ix_letter_state", "letter", ["state"])
    op.create_index(
        "uq_letter_credential_household",
        "letter",
        ["household_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state IN ('printed','handed_over')"),
        sqlite_where=sa.text("state IN ('printed','handed_over')"),
    )
    op.create_index(
        "uq_letter_prepared_household",
        "letter",
        ["household_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'prepared'"),
        sqlite_where=sa.text("state = 'prepared'"),
    )


def _print_chunk() -> None:
    op.create_table(
        "print_chunk",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("print_run_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("letters", NUMBER, nullable=False),
        sa.Column("built_at", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_chunk")),
        sa.UniqueConstraint("print_run_id", "number", name=op.f("uq_print_chunk_print_run_id")),
        sa.ForeignKeyConstraint(
            ["print_run_id"], ["print_run.id"], name=op.f("fk_print_chunk_print_run_id_print_run")
        ),
    )
    op.create_index("ix_print_chunk_print_run_id", "print_chunk", ["print_run_id"])
    op.create_index("ix_print_chunk_state", "print_chunk", ["state"])


def _letter_order() -> None:
    op.create_table(
        "letter_order",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("letter_id", NUMBER, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_order")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_letter_order_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_order_letter_id_letter")
        ),
    )
    op.create_index("ix_letter_order_household_id", "letter_order", ["household_id"])
    op.create_index("ix_letter_order_state", "letter_order", ["state"])
    op.create_index(
        "uq_letter_order_open",
        "letter_order",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
