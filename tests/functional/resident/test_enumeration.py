"""Response times reveal nothing to a stranger, and a full machine shuts nobody else's pages."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from portal.domain.foundation.errors import BusyError
from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.passwords import HashPool
from portal.platform.database import Database
from portal.platform.site import Site
from tests.support.coupons import FULL_PRICE, VAULT
from tests.support.login_ids import plain_login_id
from tests.support.people import add_person
from tests.support.programs.servers import PATIENCE
from tests.support.resident import Loop, Resident, make_resident

PAIRS = 200


def seconds(resident: Resident, login_id: str) -> float:
    """How long a wrong password takes to be refused, counters cleared."""
    visitor = resident.visitor()
    visitor.http.cookies.set("visit", "x" * 24, domain="127.0.0.1")
    visitor.token = TOKENS[0]
    started = time.perf_counter()
    answer = visitor.post("/signin/submit", {"login_id": login_id, "password": "CDFG HJKL MNPQ"})
    took = time.perf_counter() - started
    assert answer.status_code == 422
    return took


TOKENS = [""]


def auc(first: list[float], second: list[float]) -> float:
    """Mann–Whitney: how often a value of the first list is above one of the second (0.5.

    No telling apart).
    """
    wins = sum((a > b) + 0.5 * (a == b) for a in first for b in second)
    return wins / (len(first) * len(second))


def test_the_time_of_a_refusal_does_not_tell_whether_an_id_exists(
    resident_base: Site, sqlite_database: Database, background_loop: Loop, tmp_path: Path
) -> None:
    from portal.platform.http.cookies import form_token

    site = replace(resident_base, vault=FULL_PRICE, hashes=HashPool(FULL_PRICE))
    resident = make_resident(site, sqlite_database, background_loop, tmp_path)
    TOKENS[0] = form_token(VAULT, "x" * 24)
    known = add_person(sqlite_database, resident.now, vault=FULL_PRICE, active=True).login_id
    unknown = plain_login_id()
    seconds(resident, known)
    times: dict[str, list[float]] = {known: [], unknown: []}
    for number in range(PAIRS):
        if number % 4 == 0:
            with resident.database.write() as session:
                session.query(ThrottleBucket).delete()
        for login_id in (known, unknown) if number % 2 else (unknown, known):
            times[login_id].append(seconds(resident, login_id))
    found = auc(times[known], times[unknown])
    assert 0.4 <= found <= 0.6, found


@contextmanager
def full(pool: HashPool) -> Iterator[None]:
    """A pool in which every place is taken."""
    taken = 0
    while pool._places.acquire(blocking=False):
        taken += 1
    yield
    for _place in range(taken):
        pool._places.release()


@pytest.mark.asvs("2.4.1", "15.2.2")
def test_a_full_hash_pool_asks_to_come_back_and_counts_no_try(sqlite_resident: Resident) -> None:
    resident = sqlite_resident
    person = resident.add(active=True)
    visitor = resident.visitor()
    visitor.open("/signin")
    with full(resident.site.hashes):
        for _press in range(3):
            answer = visitor.post(
                "/signin/submit", {"login_id": person.login_id, "password": person.password}
            )
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "30"
            assert "混み合っています" in answer.text
        assert visitor.get("/help").status_code == 200
        assert visitor.get("/signin").status_code == 200
    with resident.database.read() as session:
        assert all(row.count == 0 for row in session.query(ThrottleBucket)), (
            "a busy machine is nobody's fault"
        )
    visitor.send("/signin/submit", {"login_id": person.login_id, "password": person.password})
    assert visitor.place == "/signin/code"


def test_a_wrong_check_digit_costs_no_hash(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    visitor.open("/signin")
    with full(sqlite_resident.site.hashes):
        assert (
            visitor.post("/signin/submit", {"login_id": "1234567890", "password": "x"}).status_code
            == 422
        )


def test_an_account_that_waits_costs_no_hash(sqlite_resident: Resident) -> None:
    resident, login_id = sqlite_resident, plain_login_id()
    visitor = resident.visitor()
    visitor.open("/signin")
    for _try in range(throttles.UNKNOWN_DEVICE.allowed):
        visitor.post("/signin/submit", {"login_id": login_id, "password": "x"})
    with full(resident.site.hashes):
        assert (
            visitor.post("/signin/submit", {"login_id": login_id, "password": "x"}).status_code
            == 429
        )


class Door:
    """Sees who begins to compare and who is sent away, and lets nobody finish before ``open``."""

    def __init__(self) -> None:
        self.inside, self.away, self.changed = 0, 0, threading.Condition()
        self.workers = set[int]()
        self.open = threading.Event()

    def waited(self, seconds: float) -> None:
        """Keep one that begins."""
        with self.changed:
            self.inside += 1
            self.workers.add(threading.get_ident())
            self.changed.notify_all()
        self.open.wait(PATIENCE)

    def refused(self) -> None:
        """Count one that is sent away."""
        with self.changed:
            self.away += 1
            self.changed.notify_all()


@pytest.mark.asvs("15.2.2")
def test_the_pool_never_works_on_more_than_its_cores() -> None:
    door, results = Door(), list[str]()
    pool = HashPool(VAULT, cores=2, queue=3, watch=door)
    threads = [threading.Thread(target=lambda: _try(pool, results)) for _n in range(12)]
    for thread in threads:
        thread.start()
    try:
        with door.changed:
            assert door.changed.wait_for(lambda: door.inside + door.away >= 9, PATIENCE)
            assert (door.inside, door.away) == (2, 7)
    finally:
        door.open.set()
    for thread in threads:
        thread.join()
    assert (results.count("verified"), results.count("busy")) == (5, 7)
    assert len(door.workers) == 2, "those who had a place worked beside each other, not in turn"


def test_hashes_stay_in_few_threads_however_many_ask() -> None:
    """A thread keeps the memory of its hashes: forty would keep 760 MiB."""
    at_work = set[str]()

    class Watch:
        def waited(self, seconds: float) -> None:
            at_work.add(threading.current_thread().name)

        def refused(self) -> None:
            pytest.fail("nobody is sent away")

    pool = HashPool(VAULT, cores=2, queue=40, watch=Watch())
    threads = [threading.Thread(target=lambda: pool.verify(None, "x")) for _n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(at_work) <= 2
    assert not at_work & {thread.name for thread in threads}


def test_who_finds_every_place_taken_is_sent_away_at_once() -> None:
    door, results = Door(), list[str]()
    pool = HashPool(VAULT, cores=1, queue=0, watch=door)
    thread = threading.Thread(target=lambda: _try(pool, results))
    thread.start()
    with door.changed:
        assert door.changed.wait_for(lambda: door.inside, PATIENCE)
    late = threading.Timer(1, door.open.set)  # whoever waits comes in then
    late.start()
    _try(pool, results)
    late.cancel()
    door.open.set()
    thread.join()
    assert results == ["busy", "verified"]


def _try(pool: HashPool, results: list[str]) -> None:
    try:
        assert pool.verify(None, "x") is False
        results.append("verified")
    except BusyError:
        results.append("busy")
