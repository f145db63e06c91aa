"""No search key is stored any more: the digests of names, addresses and birth dates are emptied.

They could be counted (decision 0003). Their rows and columns stay empty until no program reads
them: the program before, which may run beside this one until its node is restarted, finds nobody
by name meanwhile, and goes on otherwise. ``search_feed`` tells each process which households
changed.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import NUMBER

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the feed and empty the digests."""
    op.create_table(
        "search_feed",
        sa.Column("household_id", NUMBER, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_search_feed")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_search_feed_household_id_household")
        ),
    )
    # who is missing here later was stored by the program before, which does not know the feed
    op.execute("INSERT INTO search_feed (household_id, revision) SELECT id, 0 FROM household")
    op.create_index(op.f("ix_search_feed_revision"), "search_feed", ["revision"])
    if op.get_bind().dialect.name == "postgresql":
        # TRUNCATE gives the file back at once; an UPDATE would leave the digests in it until VACUUM
        op.execute("TRUNCATE search_index")
        op.execute(
            "INSERT INTO search_index (household_id, names, places, births)"
            " SELECT id, '', '', '' FROM household"
        )
        op.execute("UPDATE staged_household SET names = '', places = '', births = ''")
    else:  # secure_delete overwrites what stood there
        op.execute("UPDATE search_index SET names = x'', places = x'', births = x''")
        op.execute("UPDATE staged_household SET names = x'', places = x'', births = x''")
