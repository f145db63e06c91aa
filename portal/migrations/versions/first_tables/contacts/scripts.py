"""The first tables of ``contacts/scripts``: script, script_version."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _script()
    _script_version()


def _script() -> None:
    op.create_table(
        "script",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_script")),
    )


def _script_version() -> None:
    op.create_table(
        "script_version",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=80), nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("author_id", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("restored_from", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_version")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_script_version_key")),
        sa.ForeignKeyConstraint(["key"], ["script.key"], name=op.f("fk_script_version_key_script")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff_user.id"], name=op.f("fk_script_version_author_id_staff_user")
        ),
    )
