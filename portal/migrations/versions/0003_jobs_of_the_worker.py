"""Jobs with leases, workers, rows that a job set aside, and tasks begun from the staff site."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    _jobs()
    _begun_tasks()


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("every_seconds", NUMBER, nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("succeeded_at", INSTANT, nullable=True),
        sa.Column("handled", NUMBER, nullable=False),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("last_reason", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_table(
        "job_worker",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_worker")),
    )
    op.create_table(
        "job_aside",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_aside")),
        sa.UniqueConstraint("job", "subject", "subject_id", name=op.f("uq_job_aside_job")),
    )


def _begun_tasks() -> None:
    op.create_table(
        "begun_task",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_by", NUMBER, nullable=True),
        sa.Column("asked_role", sa.String(length=20), nullable=False),
        sa.Column("asked_organization", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("said", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_begun_task")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff_user.id"], name=op.f("fk_begun_task_asked_by_staff_user")
        ),
    )
    for column in ("kind", "subject_id", "state", "asked_by"):
        op.create_index(op.f(f"ix_begun_task_{column}"), "begun_task", [column])
