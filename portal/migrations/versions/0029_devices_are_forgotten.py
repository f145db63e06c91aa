"""Known browsers are forgotten, and a card tells a household what no channel could.

The program before knows no browser that signs in by this one, and forgets none; it sends no card.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT

revision = "0029"
down_revision = "0027"


def upgrade() -> None:
    """Add the two instants."""
    op.add_column("credential", sa.Column("devices_forgotten_at", INSTANT, nullable=True))
    op.add_column("credential", sa.Column("card_wanted_at", INSTANT, nullable=True))
    op.create_index(op.f("ix_credential_card_wanted_at"), "credential", ["card_wanted_at"])
