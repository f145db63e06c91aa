"""A print run names the machine that prints it; archives are sealed files that every node has.

``print_run.folder`` is from now on a name in the letters folder of that machine. Runs of version
0.1.0 keep their absolute path until their plain files are removed; archives of that version stay on
their machine and have no ``sealed_file_id``.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns, and the tables of sealed files."""
    op.add_column("print_run", sa.Column("node", sa.String(length=100), nullable=True))
    _sealed_file()
    _sealed_piece()
    with op.batch_alter_table("print_archive") as batch:
        batch.add_column(sa.Column("sealed_file_id", NUMBER, nullable=True))
        batch.create_foreign_key(
            op.f("fk_print_archive_sealed_file_id_sealed_file"),
            "sealed_file",
            ["sealed_file_id"],
            ["id"],
        )


def _sealed_file() -> None:
    op.create_table(
        "sealed_file",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("pieces", NUMBER, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("shredded_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_file")),
    )
    op.create_index("ix_sealed_file_state", "sealed_file", ["state"])


def _sealed_piece() -> None:
    op.create_table(
        "sealed_piece",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("sealed_file_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_piece")),
        sa.UniqueConstraint(
            "sealed_file_id", "number", name=op.f("uq_sealed_piece_sealed_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["sealed_file_id"],
            ["sealed_file.id"],
            name=op.f("fk_sealed_piece_sealed_file_id_sealed_file"),
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        # sealed bytes cannot be compressed; trying costs more than the encryption
        op.execute("ALTER TABLE sealed_piece ALTER COLUMN sealed SET STORAGE EXTERNAL")
