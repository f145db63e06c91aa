"""The first tables of ``contacts/calls``: call_record, call_household, call_verification."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _call_record()
    _call_household()
    _call_verification()


def _call_record() -> None:
    op.create_table(
        "call_record",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("receipt_no", sa.String(length=20), nullable=False),
        sa.Column("agent_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("talk_ended_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("closed_by_rule", sa.Boolean, nullable=False),
        sa.Column("written_down", sa.Boolean, nullable=False),
        sa.Column("category", sa.String(length=20), nullable=True),
        sa.Column("subcategory", sa.String(length=30), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("interpreter_minutes", NUMBER, nullable=True),
        sa.Column("three_way_minutes", NUMBER, nullable=True),
        sa.Column("relay_service", sa.Boolean, nullable=False),
        sa.Column("complaint", sa.Boolean, nullable=False),
        sa.Column("shared_with_ward", sa.Boolean, nullable=False),
        sa.Column("notable", sa.Boolean, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_record")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_call_record_receipt_no")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["staff_user.id"], name=op.f("fk_call_record_agent_id_staff_user")
        ),
    )
    op.create_index("ix_call_record_agent_state", "call_record", ["agent_id", "state"])
    op.create_index("ix_call_record_day", "call_record", ["day"])
    op.create_index("ix_call_record_state", "call_record", ["state"])
    op.create_index("ix_call_record_subject", "call_record", ["subject"])
    op.create_index(
        "ix_call_record_written_down",
        "call_record",
        ["id"],
        postgresql_where=sa.text("written_down"),
        sqlite_where=sa.text("written_down"),
    )
    op.create_index(
        "uq_call_record_open",
        "call_record",
        ["agent_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
        sqlite_where=sa.text("state <> 'ended'"),
    )


def _call_household() -> None:
    op.create_table(
        "call_household",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("call_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("level", NUMBER, nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=True),
        sa.Column("matched", sa.JSON, nullable=False),
        sa.Column("called_back", sa.Boolean, nullable=False),
        sa.Column("call_back_asked_at", INSTANT, nullable=True),
        sa.Column("dialed_at", INSTANT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_household")),
        sa.UniqueConstraint("call_id", "household_id", name=op.f("uq_call_household_call_id")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_call_household_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_call_household_household_id_household"),
        ),
    )
    op.create_index(
        "ix_call_household_call_back_asked_at", "call_household", ["call_back_asked_at"]
    )
    op.create_index("ix_call_household_call_id", "call_household", ["call_id"])
    op.create_index("ix_call_household_household_id", "call_household", ["household_id"])


def _call_verification() -> None:
    op.create_table(
        "call_verification",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("call_id", NUMBER, nullable=False),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("matched", sa.JSON, nullable=False),
        sa.Column("asked", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_verification")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_record.id"], name=op.f("fk_call_verification_call_id_call_record")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_call_verification_household_id_household"),
        ),
    )
    op.create_index("ix_call_verification_call_id", "call_verification", ["call_id"])
    op.create_index(
        "ix_call_verification_household_day", "call_verification", ["household_id", "day"]
    )
