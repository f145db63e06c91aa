"""The index of the search is in memory alone: killed it is made again; a lost feed is no answer.

A search may be refused; it never says that nobody is there who is.
"""

import random
import re
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psycopg
from sqlalchemy import func, insert, select

from portal.domain.foundation.actors import Role
from portal.domain.people.households.finder import SMALL
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import (
    HouseholdFields,
    household_digest,
    open_household,
    seal_household,
)
from portal.domain.people.households.search_feed import note_changed
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.faults.lab import Laboratory
from tests.support.people import CANARY_BIRTH, add_household
from tests.support.programs.servers import PATIENCE
from tests.support.resident import NOON, TOKEN
from tests.support.staff import COOKIE, hire, start_session

MANY = 2 * SMALL
"""So many that an index is not made while a search waits."""
OLD, NEW, LATER, NOBODY = "鷺沼", "雪下", "汀川", "存在しない"


def fill(database: Database, count: int) -> None:
    """Store families of one person."""
    key, wrapped = VAULT.new_data_key()
    rows = []
    for number in range(count):
        home = (f"95{number:08}", f"p{number}", "葦原　湊", "アシハラ ミナト", CANARY_BIRTH)
        fields = HouseholdFields(*home, "1390001", "潮見坂１丁目", f"{number}番", "")
        digest = household_digest(VAULT, fields.number)
        sealed = seal_household(key, fields, digest)
        rows.append(
            {
                "number_digest": digest,
                "wrapped_key": wrapped,
                "sealed": sealed,
                "import_id": 1,
                "created_at": NOON,
                "changed_at": NOON,
            }
        )
    with database.write() as session:
        session.execute(insert(Household), rows)


def family(database: Database, number: int, name: str) -> int:
    with database.write() as session:
        return add_household(session, VAULT, f"96{number:08}", NOON, name=f"{name}　一")


def rename(database: Database, key: int, name: str) -> None:
    with database.write() as session:
        row = session.get_one(Household, key)
        opened = VAULT.unwrap(row.wrapped_key)
        fields = open_household(opened, row.sealed, row.number_digest)
        row.sealed = seal_household(opened, replace(fields, name=f"{name}　一"), row.number_digest)
        session.flush()
        note_changed(session, (key,))


@dataclass
class Officer:
    """Somebody at the staff site who searches."""

    url: str
    cookies: dict[str, str]

    def search(self, name: str) -> str:
        """Search once: `found`, `none`, or `refused` by whatever is not ready."""
        try:
            with httpx.Client(base_url=self.url, cookies=self.cookies, timeout=60) as browser:
                page = browser.get("/households")
                form = {"form_token": (TOKEN.findall(page.text) or [""])[-1], "name": name}
                sent = browser.post("/households/search", data=form, follow_redirects=True)
        except httpx.HTTPError:  # the site is being started
            return "away"
        if 503 in {page.status_code, sent.status_code}:
            return "refused"
        assert sent.status_code == 200, sent.text[:2000]
        found = re.search(r"(\d+)件見つかりました", sent.text)
        assert found, sent.text[:2000]
        return "found" if int(found[1]) else "none"

    def until_found(self, name: str) -> Sequence[str]:
        """Search until somebody is found; return the answers."""
        until, answers = time.monotonic() + PATIENCE, [self.search(name)]
        while answers[-1] != "found":
            assert answers[-1] != "none", answers
            assert time.monotonic() < until, answers
            time.sleep(0.1)
            answers.append(self.search(name))
        return answers


def memory(pids: Sequence[int]) -> int:
    """Return how much memory processes have, in MB."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return sum(pages) * resource.getpagesize() // 1_000_000


def signed_in(database: Database) -> dict[str, str]:
    """The cookie of somebody who may search."""
    colleague = hire(database, NOON, Role.WARD_OFFICER, "searcher")
    return {COOKIE: start_session(database, colleague, NOON)}


def test_an_index_killed_while_it_is_made_is_made_again(
    laboratory: Laboratory, dice: random.Random
) -> None:
    fill(laboratory.database, MANY)
    family(laboratory.database, 1, OLD)
    node = laboratory.node(site="staff", workers=1)
    searcher = Officer(node.url, signed_in(laboratory.database))
    for kill in range(4):
        time.sleep(dice.uniform(0, 1.5))
        assert searcher.search(OLD) != "none"
        node.kill_worker(0) if kill % 2 else node.kill()
        node.wait()
    print(searcher.until_found(OLD), f"{memory(node.worker_pids())} MB with {MANY} families")
    assert searcher.search(NOBODY) == "none"
    family(laboratory.database, 2, NEW)
    assert searcher.search(NEW) == "found"


def test_a_site_whose_database_was_put_back_does_not_answer_from_what_it_knew(
    laboratory: Laboratory,
) -> None:
    """The copy is of the same server: its transactions go on being numbered as before."""
    fill(laboratory.database, MANY)
    one = family(laboratory.database, 1, OLD)
    cookies = signed_in(laboratory.database)
    laboratory.database.engine.dispose()
    with psycopg.connect(laboratory.server.url(), autocommit=True) as server:
        server.execute("CREATE DATABASE copy TEMPLATE portal")
        rename(laboratory.database, one, NEW)
        gone = family(laboratory.database, 2, LATER)
        node = laboratory.node(site="staff", workers=1)
        searcher = Officer(node.url, cookies)
        searcher.until_found(NEW)
        assert searcher.search(LATER) == "found"
        assert searcher.search(OLD) == "none"
        laboratory.database.engine.dispose()
        server.execute("ALTER DATABASE portal ALLOW_CONNECTIONS false")
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'portal'"
        )
        server.execute("ALTER DATABASE portal RENAME TO before")
        server.execute("ALTER DATABASE copy RENAME TO portal")
    print(searcher.until_found(OLD))
    assert searcher.search(LATER) == searcher.search(NEW) == "none"
    with laboratory.database.read() as session:
        assert (session.scalar(select(func.max(Household.id))) or 0) < gone
    family(laboratory.database, 3, LATER)
    assert searcher.search(LATER) == "found"
