"""Pauses in what is sent to a household, silent calls for the supervisor, and marks of calls.

The program before knows no pause: a worker of it sends until it is restarted.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Add the tables, which old programs do not know."""
    _sending_pause()
    _help_call()
    _call_mark()


def _sending_pause() -> None:
    op.create_table(
        "sending_pause",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("escalation_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_pause")),
        *_references(
            "sending_pause",
            ("household_id", "household"),
            ("escalation_id", "escalation"),
            ("ended_by", "staff_user"),
        ),
    )
    for column in ("household_id", "escalation_id", "state"):
        op.create_index(f"ix_sending_pause_{column}", "sending_pause", [column])
    _one_at_a_time("sending_pause", "on", "household_id", "state = 'on'")


def _help_call() -> None:
    op.create_table(
        "help_call",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("agent_id", NUMBER, nullable=False),
        sa.Column("call_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("called_at", INSTANT, nullable=False),
        sa.Column("taken_by", NUMBER, nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_call")),
        *_references(
            "help_call",
            ("agent_id", "staff_user"),
            ("call_id", "call_record"),
            ("taken_by", "staff_user"),
        ),
    )
    for column in ("agent_id", "state"):
        op.create_index(f"ix_help_call_{column}", "help_call", [column])
    _one_at_a_time("help_call", "open", "agent_id", "state IN ('waiting', 'taken')")


def _call_mark() -> None:
    op.create_table(
        "call_mark",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("call_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("marked_by", NUMBER, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.Column("goes_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_mark")),
        sa.UniqueConstraint("call_id", name=op.f("uq_call_mark_call_id")),
        *_references("call_mark", ("call_id", "call_record"), ("marked_by", "staff_user")),
    )
    op.create_index("ix_call_mark_goes_on", "call_mark", ["goes_on"])


def _one_at_a_time(table: str, name: str, column: str, condition: str) -> None:
    op.create_index(
        f"uq_{table}_{name}",
        table,
        [column],
        unique=True,
        postgresql_where=sa.text(condition),
        sqlite_where=sa.text(condition),
    )


def _references(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
        )
        for column, other in columns
    ]
