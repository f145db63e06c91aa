"""The first tables of ``people/credentials``: credential."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the table."""
    op.create_table(
        "credential",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("login_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("login_sealed", sa.LargeBinary, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("own_password_hash", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=True),
        sa.Column("state_before", sa.String(length=32), nullable=True),
        sa.Column("wrong_births", sa.LargeBinary, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("activated_at", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_credential_household_id_household")
        ),
        sa.UniqueConstraint("login_digest", name=op.f("uq_credential_login_digest")),
    )
    op.create_index("ix_credential_household_id", "credential", ["household_id"])
    op.create_index("ix_credential_state", "credential", ["state"])
    op.create_index(
        "uq_credential_alive_household",
        "credential",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('issued','active','locked','suspended')"),
        sqlite_where=sa.text("state IN ('issued','active','locked','suspended')"),
    )
