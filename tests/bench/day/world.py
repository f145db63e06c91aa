"""The ward of an opening day: families with letters and coupons, agents in calls, both sites."""

import contextlib
import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg

from admin.app import make_staff_site
from portal.domain.foundation.actors import Role
from portal.platform.database import Database
from portal.settings import Settings
from tests.bench.day.visitors import Family
from tests.bench.ground import tree
from tests.bench.measuring import OFFSET
from tests.bench.processes import Tree
from tests.support.coupons import FULL_PRICE
from tests.support.faults.cluster import PostgresServer, opened, reachable, running
from tests.support.faults.nodes import Node, serving
from tests.support.people import add_person, give_coupons, make_password
from tests.support.programs.servers import PATIENCE
from tests.support.resident import Loop, make_settings, with_cheap_hashes
from tests.support.staff import AT_MAIN, COOKIE, make_staff

AGENTS = 20
SITES = (("resident", 2), ("staff", 1))


@dataclass(frozen=True, slots=True)
class Ward:
    """What the day is played on.

    Attributes:
        resident: The resident site.
        staff: The staff site.
        database: The processes of PostgreSQL.
        families: Those with a letter.
        agents: Cookie and hidden token of each.
    """

    resident: Node
    staff: Node
    database: Tree
    families: Sequence[Family]
    agents: Sequence[tuple[str, str]]

    @property
    def trees(self) -> dict[str, Tree]:
        """The processes by what they are."""
        return {
            "resident site": tree(self.resident),
            "staff site": tree(self.staff),
            "PostgreSQL": self.database,
        }


def _families(database: Database, folder: Path, count: int) -> list[Family]:
    """Add families, each with a number in all its names."""
    now, password = datetime.now(UTC) + OFFSET, make_password(FULL_PRICE)
    found = []
    for number in range(1, count + 1):
        person = add_person(
            database,
            now,
            vault=FULL_PRICE,
            number=f"97{number:08}",
            active=True,
            numbered=True,
            password=password,
        )
        found.append(Family(number, person.login_id, person.password, person.totp_secret))
    give_coupons(database, folder, now, count=2 * count)
    return found


def _agents(settings: Settings, database: Database, folder: Path) -> list[tuple[str, str]]:
    """Let agents sit down at the main site, each in a call."""
    loop = Loop()
    base = with_cheap_hashes(make_staff_site(settings))
    desk = make_staff(base, database, loop, folder, datetime.now(UTC) + OFFSET)
    begun = {"channel": "phone", "direction": "inbound", "language": "ja", "form_key": "a"}
    found = []
    for _number in range(AGENTS):
        visitor = desk.enter(desk.hire(Role.AGENT), desk.visitor(AT_MAIN))
        visitor.open("/calls")
        visitor.send("/calls/start", begun)
        found.append((f"{COOKIE}={visitor.cookie(COOKIE)}", visitor.token))
    loop.close()
    return found


def _wait_for_the_desk(staff: Node, agent: tuple[str, str]) -> None:
    """Wait until the staff site has made the index of its search, as a ward does in the morning.

    It is searched as the agents of the day do: any other answer than theirs tells nothing of it.
    """
    cookie, token = agent
    until = time.monotonic() + PATIENCE
    number = itertools.count()
    while time.monotonic() < until:
        form = {"form_token": token, "name": "金糸雀1", "form_key": f"morning{next(number)}"}
        found = httpx.post(f"{staff.url}/desk/search", data=form, headers={"cookie": cookie})
        if found.status_code == httpx.codes.SEE_OTHER:
            return
        if found.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            msg = f"the search answered {found.status_code}"
            raise RuntimeError(msg)
        time.sleep(0.5)
    msg = "the search did not get ready"
    raise TimeoutError(msg)


@contextlib.contextmanager
def ward(families: int, workers: int) -> Iterator[Ward]:
    """Make a ward, serve it, and take everything away after the block."""
    with tempfile.TemporaryDirectory(prefix="portal-day-", dir="/var/tmp") as made:
        folder = reachable(Path(made))
        settings = make_settings(folder)
        with running(PostgresServer(folder / "pg")) as server:
            url = server.create("day")
            assert server.process is not None
            with opened(url) as database:
                people = _families(database, folder, families)
                agents = _agents(settings, database, folder)
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("ANALYZE")  # as its autovacuum would within a minute
                trusted = {"PORTAL_TRUSTED_PROXIES": "127.0.0.1"}
                sites = [
                    Node(
                        settings,
                        url,
                        folder / f"{site}.log",
                        OFFSET,
                        site=site,
                        workers=workers if site == "resident" else count,
                        extra=trusted if site == "resident" else {},
                    )
                    for site, count in SITES
                ]
                with serving(*sites):
                    _wait_for_the_desk(sites[1], agents[0])
                    tree_of = Tree(server.process.pid)
                    yield Ward(sites[0], sites[1], tree_of, people, agents)
