"""What a line of PostgreSQL is sent again is not planned again."""

from sqlalchemy import bindparam, text

from portal.platform.database import Database, opened

ASKED = text("SELECT key FROM idempotency_key WHERE key = :key").bindparams(
    bindparam("key", "none")
)
PLANS = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT key FROM%'")


def plans(database: Database) -> list[int]:
    """How many plans of a statement are kept after it was sent once, twice, three times."""
    kept = []
    with database.engine.connect() as line:
        for _time in range(3):
            line.execute(ASKED)
            line.commit()
            kept.append(line.scalars(PLANS).one())
    return kept


def test_the_plan_is_kept_of_what_is_sent_a_second_time(postgres_database: Database) -> None:
    assert plans(postgres_database) == [0, 1, 1]


def test_an_address_that_says_otherwise_is_not_in_the_way(postgres_database: Database) -> None:
    """The driver wants a number, and an address has words."""
    own = postgres_database.engine.url.update_query_dict({"prepare_threshold": "7"})
    with opened(own.render_as_string(hide_password=False)) as database:
        assert plans(database) == [0, 1, 1]
