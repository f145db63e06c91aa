"""What a line of PostgreSQL is sent again is not planned again."""

from sqlalchemy import bindparam, text

from portal.platform.database import Database

ASKED = text("SELECT key FROM idempotency_key WHERE key = :key").bindparams(
    bindparam("key", "none")
)
PLANS = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT key FROM%'")


def test_the_plan_is_kept_of_what_is_sent_a_second_time(postgres_database: Database) -> None:
    with postgres_database.engine.connect() as line:
        kept = []
        for _time in range(3):
            line.execute(ASKED)
            line.commit()
            kept.append(line.scalar(PLANS))
        assert kept == [0, 1, 1]
