"""A new source of codes opens nothing for a day, and sessions that enroll one have a row each.

The program before reads one row of a kind and goes on beside several; it knows neither the state
``waiting`` nor ``proposed`` and lets such a source open nothing.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; several sources of one kind may wait, and one is confirmed."""
    with op.batch_alter_table("otp_authenticator") as batch:
        batch.add_column(sa.Column("opens_at", INSTANT, nullable=True))
        batch.add_column(sa.Column("ends_at", INSTANT, nullable=True))
        batch.add_column(sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false()))
        batch.drop_constraint(op.f("uq_otp_authenticator_credential_id"), type_="unique")
    proven = sa.text("state = 'confirmed'")
    op.create_index(
        "uq_otp_authenticator_confirmed",
        "otp_authenticator",
        ["credential_id", "kind"],
        unique=True,
        postgresql_where=proven,
        sqlite_where=proven,
    )
    op.add_column("credential", sa.Column("reset_at", INSTANT, nullable=True))
