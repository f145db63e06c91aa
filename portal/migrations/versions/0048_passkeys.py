"""Passkeys of households.

The program before neither signs in by them nor deletes them. What it leaves behind opens nothing:
a sign-in asks for the state and the door of the account, and whether its household is served.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Add the table, which old programs do not know."""
    op.create_table(
        "passkey",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("credential_id", NUMBER, nullable=False),
        sa.Column("key_digest", sa.LargeBinary(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("sign_count", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("made_with", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_passkey_key_digest")),
    )
    for column in ("credential_id", "state"):
        op.create_index(f"ix_passkey_{column}", "passkey", [column])
