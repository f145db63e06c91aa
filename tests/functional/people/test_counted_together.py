"""Several counters of one try: counted by one statement, and by many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from portal.domain.people.authn import codes, throttles
from portal.domain.people.authn.channels import CodeChannel, SourceState
from portal.domain.people.authn.models import OtpAuthenticator, ThrottleBucket
from portal.domain.people.authn.throttles import Bucket, Limit
from portal.domain.people.signin.second_factor import factors
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.people import add_person

OWN, NEAR, WIDE = Limit("t1", 5, 3600, growing=True), Limit("t3", 6, 900), Limit("t4", 300, 3600)
THREADS, TIMES = 8, 12


def counters(account: str) -> tuple[Bucket, ...]:
    """The counters of a try at an account from one network."""
    return OWN.of(account), NEAR.of("net"), WIDE.of("wide")


def counts(database: Database) -> dict[str, tuple[int, int]]:
    """What is counted, in the window and in all, by key."""
    with database.read() as session:
        rows = session.scalars(select(ThrottleBucket))
        return {row.key: (row.count, row.total) for row in rows}


def test_many_at_once_count_and_give_back_without_waiting_in_a_ring(database: Database) -> None:
    """Whatever the order in which the counters are named."""

    def come_and_go(thread: int) -> int:
        passed = 0
        named = counters(f"account{thread}")
        for _time in range(TIMES):
            with database.write() as session:
                passed += throttles.count_in_all(session, named[:: thread % 2 or -1], NOW).allowed
            with database.write() as session:
                throttles.uncount_tries(session, named[:: -(thread % 2) or 1])
        return passed

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(come_and_go, range(THREADS)))
    assert len(counts(database)) == THREADS + 2


def test_of_many_at_once_as_many_pass_as_the_network_may(database: Database) -> None:
    def come(number: int) -> bool:
        with database.write() as session:
            return throttles.count_in_all(session, counters(f"account{number}"), NOW).allowed

    with ThreadPoolExecutor(THREADS) as pool:
        passed = list(pool.map(come, range(2 * THREADS)))
    assert sum(passed) == NEAR.allowed
    found = counts(database)
    own = [found[f"t1:account{number}"] for number in range(2 * THREADS)]
    assert own == [(1, 1) if one else (0, 0) for one in passed], "who was refused lost no try"
    assert found["t4:wide"] == (NEAR.allowed, NEAR.allowed)


def test_who_waits_is_counted_nowhere_and_goes_on_waiting(database: Database) -> None:
    for _try in range(OWN.allowed):
        with database.write() as session:
            assert throttles.count_in_all(session, counters("account"), NOW).allowed
    before = counts(database)
    later = NOW + timedelta(seconds=30)
    with database.write() as session:
        refused = throttles.count_in_all(session, counters("account"), later)
    assert refused.retry_at == NOW + timedelta(minutes=1)
    assert counts(database) == before
    with database.read() as session:
        waits = select(ThrottleBucket.blocked_until).filter_by(key=OWN.of("account").stored_key)
        assert session.scalar(waits) == refused.retry_at


def test_windows_end_each_by_its_own_length(database: Database) -> None:
    with database.write() as session:
        throttles.count_in_all(session, counters("account"), NOW)
    with database.write() as session:
        throttles.count_in_all(session, counters("account"), NOW + timedelta(seconds=900))
    assert counts(database) == {"t1:account": (2, 2), "t3:net": (1, 2), "t4:wide": (2, 2)}


INSTANTS = (None, NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize("state", list(SourceState))
def test_locked_and_unlocked_sources_count_alike(database: Database, state: SourceState) -> None:
    person = add_person(database, NOW, number="9900000001")
    for opens_at, ends_at in product(INSTANTS, INSTANTS):
        with database.write() as session:
            codes.forget_all(session, person.credential_id)
            session.add(
                OtpAuthenticator(
                    credential_id=person.credential_id,
                    kind=CodeChannel.TOTP,
                    sealed=b"",
                    state=state,
                    created_at=NOW,
                    opens_at=opens_at,
                    ends_at=ends_at,
                )
            )
        with database.write() as session:
            either = [
                [
                    one.id
                    for one in factors(session, person.credential_id, NOW, locked=lock).confirmed
                ]
                for lock in (False, True)
            ]
        assert either[0] == either[1], (state, opens_at, ends_at)
