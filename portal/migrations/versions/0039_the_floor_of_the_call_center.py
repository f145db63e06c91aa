"""The telephone system tells of calls; agents take seats; half hours have a plan.

The program before knows none of these tables: while both run, it tells nobody of a caller.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0039"
down_revision = "0037"

TAKEN = sa.text("left_at IS NULL")


def upgrade() -> None:
    """Add four tables that old programs do not know."""
    _calls()
    _seats()
    op.create_table(
        "floor_plan",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("half_hour", NUMBER, nullable=False),
        sa.Column("seats", NUMBER, nullable=False),
        sa.Column("calls", NUMBER, nullable=False),
        sa.Column("planned_by", NUMBER, nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_plan")),
        sa.UniqueConstraint("from_day", "half_hour", name="uq_floor_plan_half"),
        sa.CheckConstraint("half_hour BETWEEN 0 AND 47", name=op.f("ck_floor_plan_half_hour")),
        sa.CheckConstraint("seats >= 0 AND calls >= 0", name=op.f("ck_floor_plan_not_negative")),
        _reference("floor_plan", "planned_by", "staff_user"),
    )


def _calls() -> None:
    op.create_table(
        "floor_call",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("name_digest", sa.LargeBinary(16), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.Column("rang_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("extension", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_call")),
        sa.UniqueConstraint("name_digest", name=op.f("uq_floor_call_name_digest")),
    )
    for column in ("state", "arrived_at"):
        op.create_index(f"ix_floor_call_{column}", "floor_call", [column])
    op.create_index("ix_floor_call_extension", "floor_call", ["extension", "state"])
    op.create_table(
        "floor_event",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("event_digest", sa.LargeBinary(16), nullable=False),
        sa.Column("signed_by", sa.String(20), nullable=False),
        sa.Column("floor_call_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_event")),
        sa.UniqueConstraint("event_digest", name=op.f("uq_floor_event_event_digest")),
        _reference("floor_event", "floor_call_id", "floor_call"),
    )
    for column in ("floor_call_id", "taken_at"):
        op.create_index(f"ix_floor_event_{column}", "floor_event", [column])


def _seats() -> None:
    op.create_table(
        "floor_seat",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("extension", sa.String(10), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_seat")),
        _reference("floor_seat", "staff_id", "staff_user"),
    )
    op.create_index("ix_floor_seat_taken_at", "floor_seat", ["taken_at"])
    for column in ("extension", "staff_id"):
        op.create_index(
            f"uq_floor_seat_{column}",
            "floor_seat",
            [column],
            unique=True,
            postgresql_where=TAKEN,
            sqlite_where=TAKEN,
        )


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
    )
