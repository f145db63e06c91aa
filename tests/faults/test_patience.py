"""A family is told within two seconds that the database does not answer, and keeps its form (F17).

Locks that are held, statements that do not end, connections and threads that are all taken.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from portal.domain.people.authn import sessions
from portal.platform.database_address import database_file
from portal.platform.http.cookies import form_token
from portal.settings import Settings
from tests.support.coupons import VAULT
from tests.support.databases.fixtures import NewDatabase
from tests.support.faults.cluster import opened
from tests.support.faults.lab import Laboratory
from tests.support.faults.load import add_families
from tests.support.faults.nodes import Node, offset_from, serving
from tests.support.people import add_person
from tests.support.resident import NOON, TOKEN, session_cookies, start_session

pytestmark = pytest.mark.alone
LIMIT, BACK = 2.0, 5.0
"""Seconds to the answer, and until all goes on when the fault has ended."""
CROWD = 48
"""More at once than one process has threads (40), and those are more than its connections (10)."""
REASON = "転居のため"
CHOICE = {"who": "all", "text": REASON}
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(30); RETURN NULL; END';
CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON throttle_bucket EXECUTE FUNCTION slow();
"""
HEALED = "DROP TRIGGER slow ON throttle_bucket"


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    seconds: float
    text: str


class Browser:
    """Somebody with a session who sends forms; each call is one request on a line of its own."""

    def __init__(self, node: Node, token: str) -> None:
        self._node, self._token = node, token

    def page(self, path: str) -> Answer:
        return self._timed("GET", path)

    def send(self, path: str, data: Mapping[str, str]) -> Answer:
        bound = form_token(VAULT, sessions.token_hash(self._token).hex())
        return self._timed("POST", path, {**data, "form_token": bound, "form_key": "k" * 24})

    def _timed(self, method: str, path: str, data: Mapping[str, str] | None = None) -> Answer:
        with httpx.Client(timeout=90, cookies=session_cookies(self._token)) as http:
            began = time.monotonic()
            answer = http.request(method, self._node.url + path, data=data)
            return Answer(answer.status_code, time.monotonic() - began, answer.text)


def all_at_once(browsers: Sequence[Browser]) -> list[Answer]:
    """Half of them open a page and half send a form, in the same moment."""
    with ThreadPoolExecutor(len(browsers)) as crowd:
        asked = [
            crowd.submit(one.send, "/decline/choose/submit", CHOICE)
            if place % 2
            else crowd.submit(one.page, "/home")
            for place, one in enumerate(browsers)
        ]
        return [one.result() for one in asked]


def told_in_time(answers: Sequence[Answer]) -> None:
    """Fail the test unless each is the page that says so, in time."""
    slowest = max(one.seconds for one in answers)
    print(f"{len(answers)} told within {slowest:.2f} s; ", end="")
    assert {one.status for one in answers} == {503}
    assert slowest <= LIMIT, f"{slowest:.2f} s"


def goes_on(browser: Browser) -> None:
    """Fail the test unless the next forms are carried out again soon."""
    ended = time.monotonic()
    while browser.send("/decline/choose/submit", CHOICE).status != 303:
        assert time.monotonic() < ended + BACK, "it does not go on"
    print(f"goes on after {time.monotonic() - ended:.2f} s")


@contextlib.contextmanager
def held(url: str, *tables: str) -> Iterator[None]:
    """Keep tables locked for the block."""
    with psycopg.connect(url) as holder:
        for table in tables:
            holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        holder.rollback()


@pytest.mark.asvs("16.5.3")
def test_f17_locks_and_spent_connections_and_threads_are_told_within_two_seconds(
    laboratory: Laboratory,
) -> None:
    families = laboratory.add_families(CROWD)
    node = laboratory.node(workers=1)
    browsers = [Browser(node, family.token) for family in families]
    assert {one.status for one in all_at_once(browsers)} == {200, 303}
    with held(laboratory.url, "auth_session"):
        for _wave in range(2):
            answers = all_at_once(browsers)
            told_in_time(answers)
            assert {REASON in one.text for one in answers[1::2]} == {True}
        node.wait("/healthz")
    goes_on(browsers[0])


def test_f17_a_statement_that_does_not_end_is_told_within_two_seconds(
    laboratory: Laboratory,
) -> None:
    person = add_person(laboratory.database, NOON, number="9800000001", active=True)
    node = laboratory.node(workers=1)
    form = {"login_id": person.login_id, "password": person.password}
    with httpx.Client(base_url=node.url, timeout=90) as http:
        form["form_token"] = TOKEN.findall(http.get("/signin").text)[-1]
        with psycopg.connect(laboratory.url) as other:
            other.execute(SLOW)
        began = time.monotonic()
        answer = http.post("/signin/submit", data=form)
        told_in_time([Answer(answer.status_code, time.monotonic() - began, answer.text)])
        assert person.login_id in answer.text
        assert person.password not in answer.text
        with psycopg.connect(laboratory.url) as other:
            other.execute(HEALED)
        again = http.post("/signin/submit", data=form)
    assert again.headers["location"] == "/signin/code"


def test_f17_the_page_that_is_told_in_time_shows_no_code_and_no_birth_date(
    laboratory: Laboratory,
) -> None:
    new = add_person(laboratory.database, NOON, number="9800000002")
    entering = start_session(laboratory.database, new, NOON, stage="birth")
    (family,) = laboratory.add_families(1)
    node = laboratory.node(workers=1)
    birth = {"era": "昭和", "year": "58", "month": "11", "day": "27"}
    with held(laboratory.url, "auth_session"):
        asked_birth = Browser(node, entering).send("/start/birth/submit", birth)
        asked_code = Browser(node, family.token).send("/decline/code/submit", {"code": "918273"})
    told_in_time([asked_birth, asked_code])
    assert 'id="year"' in asked_birth.text
    shown = [f'value="{birth[name]}"' for name in ("year", "month", "day")]
    shown += [f'value="{birth["era"]}" checked', f'value="{birth["era"]}" selected']
    assert not [one for one in shown if one in asked_birth.text]
    assert "918273" not in asked_code.text


def test_f17_staff_wait_longer_for_the_same_lock(laboratory: Laboratory) -> None:
    node = laboratory.node(workers=1, site="staff")
    with httpx.Client(base_url=node.url, timeout=90) as http, ThreadPoolExecutor(1) as crowd:
        form = {"login": "nobody", "password": "wrong", "code": "123456"}
        form["form_token"] = TOKEN.findall(http.get("/signin").text)[-1]
        with held(laboratory.url, "throttle_bucket"):
            asked = crowd.submit(http.post, "/signin/submit", data=form)
            time.sleep(LIMIT + 0.5)
            assert not asked.done()
        assert asked.result().status_code == 422


def test_f17_a_busy_file_is_told_within_two_seconds_and_pages_do_not_wait(
    new_sqlite: NewDatabase, resident_settings: Settings, tmp_path: Path
) -> None:
    url = new_sqlite(True)
    file = database_file(url)
    assert file is not None
    with opened(url) as database:
        families = add_families(database, tmp_path, 2, NOON)
    node = Node(resident_settings, url, tmp_path / "node.log", offset_from(), workers=1)
    with serving(node), contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        sender, reader = [Browser(node, family.token) for family in families]
        assert reader.page("/home").status == 200
        other.execute("BEGIN IMMEDIATE")
        told = sender.send("/decline/choose/submit", CHOICE)
        seen = reader.page("/home")
        other.execute("ROLLBACK")
        told_in_time([told])
        assert REASON in told.text
        assert (seen.status, seen.seconds < LIMIT) == (200, True)
        goes_on(sender)
