"""When the owner of a staff account set an own password and app key.

What is there gets no value: whoever made these accounts saw their secrets, so each of their owners
sets own ones with the next page.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("staff_user") as batch:
        batch.add_column(sa.Column("enrolled_at", INSTANT, nullable=True))
