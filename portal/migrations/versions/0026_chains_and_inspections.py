"""Subcontractors have subcontractors, papers are inspected, and drills have a result."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import NUMBER

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the columns and the table of the registers' documents."""
    with op.batch_alter_table("subcontractor") as batch:
        batch.add_column(sa.Column("parent_id", NUMBER, nullable=True))
        batch.add_column(sa.Column("certificate_no", sa.String(60), nullable=True))
        batch.add_column(sa.Column("certificate_until", sa.Date, nullable=True))
        batch.add_column(sa.Column("work_until", sa.Date, nullable=True))
        batch.create_foreign_key(
            op.f("fk_subcontractor_parent_id_subcontractor"),
            "subcontractor",
            ["parent_id"],
            ["id"],
        )
    op.create_index(op.f("ix_subcontractor_parent_id"), "subcontractor", ["parent_id"])
    with op.batch_alter_table("register_entry") as batch:
        batch.add_column(sa.Column("result", sa.String(10), nullable=True))
        batch.add_column(sa.Column("follows_id", NUMBER, nullable=True))
        batch.create_foreign_key(
            op.f("fk_register_entry_follows_id_register_entry"),
            "register_entry",
            ["follows_id"],
            ["id"],
        )
    op.create_index(op.f("ix_register_entry_follows_id"), "register_entry", ["follows_id"])
    op.create_table(
        "register_file",
        sa.Column("entry_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_register_file")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["register_entry.id"],
            name=op.f("fk_register_file_entry_id_register_entry"),
        ),
    )
