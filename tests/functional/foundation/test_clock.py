"""All sites decide by the database's instant, whatever the clocks of their machines say."""

import time

from sqlalchemy import text

from portal.domain.foundation.clock import DatabaseClock
from portal.platform.database import Database


def test_a_transaction_has_one_instant_and_it_is_the_databases(
    postgres_database: Database,
) -> None:
    """To the microsecond, which no clock of a site's machine would hit."""
    clock = DatabaseClock()
    for opened in (postgres_database.read, postgres_database.write):
        with opened() as session:
            first = clock.now(session)
            time.sleep(0.01)
            assert clock.now(session) == first
            assert session.scalar(text("SELECT now()")) == first
