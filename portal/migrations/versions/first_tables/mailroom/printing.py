"""The first tables of ``mailroom/printing``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _dispatch()
    _print_proof()
    _print_archive()
    _print_proof_page()
    _pull_list()
    _pull_letter()


def _dispatch() -> None:
    op.create_table(
        "dispatch",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("post_office", sa.String(length=60), nullable=False),
        sa.Column("planned", NUMBER, nullable=False),
        sa.Column("towns", sa.JSON, nullable=False),
        sa.Column("print_run_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.CheckConstraint("planned > 0", name=op.f("ck_dispatch_planned_positive")),
        sa.ForeignKeyConstraint(
            ["print_run_id"], ["print_run.id"], name=op.f("fk_dispatch_print_run_id_print_run")
        ),
    )
    op.create_index("ix_dispatch_day", "dispatch", ["day"])
    op.create_index("ix_dispatch_state", "dispatch", ["state"])


def _print_proof() -> None:
    op.create_table(
        "print_proof",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("print_run_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("build_sha256", sa.String(length=64), nullable=False),
        sa.Column("shared", sa.JSON, nullable=False),
        sa.Column("seed", NUMBER, nullable=False),
        sa.Column("letters", NUMBER, nullable=False),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("amount_yen", NUMBER, nullable=False),
        sa.Column("pieces", sa.JSON, nullable=False),
        sa.Column("enclosures", sa.JSON, nullable=False),
        sa.Column("left_out", sa.JSON, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", NUMBER, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_proof")),
        sa.UniqueConstraint("print_run_id", "number", name=op.f("uq_print_proof_print_run_id")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> made_by", name=op.f("ck_print_proof_four_eyes")
        ),
        sa.ForeignKeyConstraint(
            ["print_run_id"], ["print_run.id"], name=op.f("fk_print_proof_print_run_id_print_run")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["staff_user.id"], name=op.f("fk_print_proof_made_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_user.id"], name=op.f("fk_print_proof_decided_by_staff_user")
        ),
    )
    op.create_index("ix_print_proof_state", "print_proof", ["state"])
    op.create_index(
        "uq_print_proof_live",
        "print_proof",
        ["print_run_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('made', 'approved', 'refused')"),
        sqlite_where=sa.text("state IN ('made', 'approved', 'refused')"),
    )


def _print_archive() -> None:
    op.create_table(
        "print_archive",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("print_run_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("subcontractor_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("letters", NUMBER, nullable=False),
        sa.Column("children", NUMBER, nullable=False),
        sa.Column("built_at", INSTANT, nullable=False),
        sa.Column("built_by", NUMBER, nullable=False),
        sa.Column("sent_file_id", NUMBER, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("lost_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_archive")),
        sa.UniqueConstraint("print_run_id", "number", name=op.f("uq_print_archive_print_run_id")),
        sa.ForeignKeyConstraint(
            ["print_run_id"], ["print_run.id"], name=op.f("fk_print_archive_print_run_id_print_run")
        ),
        sa.ForeignKeyConstraint(
            ["subcontractor_id"],
            ["subcontractor.id"],
            name=op.f("fk_print_archive_subcontractor_id_subcontractor"),
        ),
        sa.ForeignKeyConstraint(
            ["built_by"], ["staff_user.id"], name=op.f("fk_print_archive_built_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["sent_file_id"], ["sent_file.id"], name=op.f("fk_print_archive_sent_file_id_sent_file")
        ),
    )
    op.create_index("ix_print_archive_state", "print_archive", ["state"])
    op.create_index(
        "uq_print_archive_live",
        "print_archive",
        ["print_run_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('built', 'sent')"),
        sqlite_where=sa.text("state IN ('built', 'sent')"),
    )


def _print_proof_page() -> None:
    op.create_table(
        "print_proof_page",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("print_proof_id", NUMBER, nullable=False),
        sa.Column("letter_id", NUMBER, nullable=True),
        sa.Column("bare_letter_id", NUMBER, nullable=True),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_proof_page")),
        sa.CheckConstraint(
            "(letter_id IS NULL) <> (bare_letter_id IS NULL)",
            name=op.f("ck_print_proof_page_one_letter"),
        ),
        sa.ForeignKeyConstraint(
            ["print_proof_id"],
            ["print_proof.id"],
            name=op.f("fk_print_proof_page_print_proof_id_print_proof"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_print_proof_page_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["bare_letter_id"],
            ["bare_letter.id"],
            name=op.f("fk_print_proof_page_bare_letter_id_bare_letter"),
        ),
    )
    op.create_index("ix_print_proof_page_print_proof_id", "print_proof_page", ["print_proof_id"])


def _pull_list() -> None:
    op.create_table(
        "pull_list",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("print_run_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", NUMBER, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("sent_file_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_list")),
        sa.UniqueConstraint("print_run_id", "number", name=op.f("uq_pull_list_print_run_id")),
        sa.ForeignKeyConstraint(
            ["print_run_id"], ["print_run.id"], name=op.f("fk_pull_list_print_run_id_print_run")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff_user.id"], name=op.f("fk_pull_list_created_by_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["sent_file_id"], ["sent_file.id"], name=op.f("fk_pull_list_sent_file_id_sent_file")
        ),
    )


def _pull_letter() -> None:
    op.create_table(
        "pull_letter",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("pull_list_id", NUMBER, nullable=False),
        sa.Column("letter_id", NUMBER, nullable=True),
        sa.Column("bare_letter_id", NUMBER, nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_letter")),
        sa.CheckConstraint(
            "(letter_id IS NULL) <> (bare_letter_id IS NULL)",
            name=op.f("ck_pull_letter_one_letter"),
        ),
        sa.ForeignKeyConstraint(
            ["pull_list_id"], ["pull_list.id"], name=op.f("fk_pull_letter_pull_list_id_pull_list")
        ),
        sa.UniqueConstraint("letter_id", name=op.f("uq_pull_letter_letter_id")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_pull_letter_letter_id_letter")
        ),
        sa.UniqueConstraint("bare_letter_id", name=op.f("uq_pull_letter_bare_letter_id")),
        sa.ForeignKeyConstraint(
            ["bare_letter_id"],
            ["bare_letter.id"],
            name=op.f("fk_pull_letter_bare_letter_id_bare_letter"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff_user.id"], name=op.f("fk_pull_letter_answered_by_staff_user")
        ),
    )
    op.create_index("ix_pull_letter_pull_list_id", "pull_letter", ["pull_list_id"])
    op.create_index("ix_pull_letter_state", "pull_letter", ["state"])
