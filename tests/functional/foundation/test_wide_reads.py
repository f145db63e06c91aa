"""A wide statement says the same by a session and by the driver alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.pool import QueuePool

from portal.domain.foundation.base import UtcDateTime, table_of
from portal.domain.foundation.wide_reads import ByDriver, BySession, WideRead
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import RESIDENT, STAFF, Stage
from portal.platform.database import Database
from tests.support.databases.sent import sent_to

SESSIONS = table_of(AuthSession)
READ = WideRead(
    select(SESSIONS, (SESSIONS.c.stage == Stage.FULL).label("full"))
    .where(
        SESSIONS.c.site == bindparam("site"),
        SESSIONS.c.stage != Stage.LOCKED,
        SESSIONS.c.ends_at > bindparam("now", type_=UtcDateTime),
    )
    .order_by(SESSIONS.c.id)
)
NOON = datetime(2026, 11, 2, 3, tzinfo=UTC)
INSTANTS = some.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
VALUES = some.fixed_dictionaries(
    {
        "site": some.sampled_from([RESIDENT, STAFF]),
        "stage": some.sampled_from(list(Stage)),
        "owner_id": some.none() | some.integers(1, 2**62),
        "data": some.dictionaries(TEXT, TEXT | some.integers(-9, 9) | some.booleans(), max_size=3),
        "device": some.none() | TEXT,
        "created_at": INSTANTS,
        "seen_at": INSTANTS,
        "verified_at": some.none() | INSTANTS,
        "ends_at": INSTANTS,
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=some.lists(VALUES, max_size=4), now=INSTANTS)
def test_both_ways_return_the_same_values(
    database: Database, rows: list[dict[str, object]], now: datetime
) -> None:
    with database.write() as session:
        session.execute(delete(SESSIONS))
        for number, row in enumerate(rows):
            session.execute(insert(SESSIONS), row | {"token_hash": number.to_bytes(32)})
    wanted = {"site": RESIDENT, "now": now}
    with database.read() as session:
        expected = [tuple(row) for row in BySession(session).rows(READ, wanted)]
    found = database.short.read(lambda reads, _stated: reads.rows(READ, wanted))
    assert found is not None
    assert [tuple(row) for row in found] == expected
    assert [[type(one) for one in row] for row in found] == [
        [type(one) for one in row] for row in expected
    ]


def test_a_short_read_states_the_instant_of_the_database(database: Database) -> None:
    stated = database.short.read(lambda _reads, stated: stated)
    assert stated is not None
    assert abs(stated - datetime.now(UTC)) < timedelta(minutes=1)
    assert stated.utcoffset() == timedelta()


def test_a_short_read_is_one_transaction_that_ends(database: Database) -> None:
    database.short.read(lambda reads, _stated: reads.rows(READ, {"site": RESIDENT, "now": NOON}))
    with sent_to(database) as sent:
        database.short.read(
            lambda reads, _stated: reads.rows(READ, {"site": RESIDENT, "now": NOON})
        )
    assert sent[0].startswith("BEGIN")
    assert sent[-1] in {"COMMIT", "ROLLBACK"}
    assert len(sent) <= 4, sent


def test_a_short_read_changes_nothing(database: Database) -> None:
    with database.write() as session:
        session.execute(
            insert(SESSIONS),
            {
                "token_hash": b"x" * 32,
                "site": RESIDENT,
                "stage": Stage.FULL,
                "data": {},
                "created_at": NOON,
                "seen_at": NOON,
                "ends_at": NOON,
            },
        )

    def spoil(reads: ByDriver, _stated: datetime) -> str:
        reads.cursor.execute("DELETE FROM auth_session")
        return "gone"

    database.short.read(spoil)
    with database.read() as session:
        assert session.scalars(select(SESSIONS.c.id)).all()


def test_what_the_driver_refuses_is_left_to_the_ordinary_way(database: Database) -> None:
    def ask(reads: ByDriver, _stated: datetime) -> str:
        reads.cursor.execute("SELECT nothing FROM nowhere")
        return "read"

    assert database.short.read(ask) is None
    assert database.short.read(lambda _reads, _stated: "read") == "read"


def test_a_mistake_of_ours_is_not_asked_again(database: Database) -> None:
    def fail(_reads: ByDriver, _stated: datetime) -> str:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        database.short.read(fail)
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0


def test_postgresql_refuses_a_short_read_that_writes(postgres_database: Database) -> None:
    def spoil(reads: ByDriver, _stated: datetime) -> str:
        reads.cursor.execute("DELETE FROM auth_session")
        return "gone"

    assert postgres_database.short.read(spoil) is None
