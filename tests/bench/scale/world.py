"""A PostgreSQL behind PgBouncer with families, on which the resident site is arranged in ways."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from portal.domain.people.authn import sessions
from portal.platform.database import Database
from portal.platform.http.cookies import form_token
from portal.settings import Settings
from tests.bench.generator import Visit
from tests.bench.ground import SignedIn, tree
from tests.bench.measuring import OFFSET
from tests.bench.processes import Tree
from tests.support.coupons import FULL_PRICE
from tests.support.faults.cluster import PostgresServer, opened, reachable, running
from tests.support.faults.nodes import Node, serving
from tests.support.faults.pooler import pooling
from tests.support.people import Person, add_person, give_coupons, make_password
from tests.support.resident import make_settings, start_session

FAMILIES = 50
"""So many open their coupon, again and again."""
CONNECTIONS = 20
"""Of PgBouncer to PostgreSQL: its own default."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the resident site is spread."""

    nodes: int
    processes: int

    @property
    def all_processes(self) -> int:
        """Of all nodes."""
        return self.nodes * self.processes

    @property
    def name(self) -> str:
        """As it stands in the table."""
        of = "1 process" if self.processes == 1 else f"{self.processes} processes"
        return of if self.nodes == 1 else f"{self.nodes} nodes of {of}"


ARRANGEMENTS = (
    Arrangement(1, 1),
    Arrangement(1, 2),
    Arrangement(1, 4),
    Arrangement(2, 1),
    Arrangement(2, 2),
)


@dataclass(frozen=True, slots=True)
class World:
    """What every arrangement stands on.

    Attributes:
        settings: Program and keys.
        url: The database, through PgBouncer.
        database: The same, opened for the measurement itself, beside PgBouncer.
        postgres: Its processes.
        pooler: PgBouncer's.
        strangers: Who has not signed in yet; each does so once.
        families: Who opens a coupon.
        folder: For files.
    """

    settings: Settings
    url: str
    database: Database
    postgres: Tree
    pooler: Tree
    strangers: Iterator[Person]
    families: Sequence[Person]
    folder: Path

    def visitor(self, site: str, person: Person) -> SignedIn:
        """Return a household that is signed in."""
        token = start_session(self.database, person, datetime.now(UTC) + OFFSET)
        hidden = form_token(FULL_PRICE, sessions.token_hash(token).hex())
        return SignedIn(site, token, hidden, person)


def _people(database: Database, folder: Path, strangers: int) -> Sequence[Person]:
    now, password = datetime.now(UTC) + OFFSET, make_password(FULL_PRICE)
    found = [
        add_person(
            database, now, vault=FULL_PRICE, number=f"93{n:08}", active=True, password=password
        )
        for n in range(FAMILIES + strangers)
    ]
    give_coupons(database, folder, now, count=2 * len(found) + 10)
    return found


@contextlib.contextmanager
def world(strangers: int) -> Iterator[World]:
    """Start database and pooler, add the families, and take everything away after the block."""
    with tempfile.TemporaryDirectory(prefix="portal-scale-", dir="/var/tmp") as made:
        folder = reachable(Path(made))
        settings = make_settings(folder)
        with running(PostgresServer(folder / "pg")) as server:
            url = server.create("scale")
            assert server.process is not None
            with (
                opened(url) as database,
                pooling(folder / "pooler", server.port, size=CONNECTIONS) as port,
            ):
                people = _people(database, folder, strangers)
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("ANALYZE")  # as its autovacuum would within a minute
                pooler = int((folder / "pooler" / "pgbouncer.pid").read_text("utf-8"))
                yield World(
                    settings,
                    server.url("scale", port),
                    database,
                    Tree(server.process.pid),
                    Tree(pooler),
                    iter(people[FAMILIES:]),
                    people[:FAMILIES],
                    folder,
                )


@dataclass(frozen=True, slots=True)
class Arranged:
    """The site as it is spread: its nodes answer in turn, whoever asks."""

    nodes: Sequence[Node]

    @property
    def site(self) -> str:
        """The address under which the first node is known, and all of them as the site."""
        return self.nodes[0].url

    @property
    def trees(self) -> Sequence[Tree]:
        """The processes of each node."""
        return [tree(node) for node in self.nodes]

    def spread(self, visits: Sequence[Visit]) -> Sequence[Visit]:
        """Let each request of a visitor reach another node, as behind a proxy that takes turns."""
        turns = [node.url for node in self.nodes]
        return [
            replace(
                visit,
                steps=[
                    replace(
                        step,
                        url=turns[(number + place) % len(turns)] + step.url.removeprefix(self.site),
                    )
                    for place, step in enumerate(visit.steps)
                ],
            )
            for number, visit in enumerate(visits)
        ]


@contextlib.contextmanager
def arranged(made: World, how: Arrangement) -> Iterator[Arranged]:
    """Serve the site so, and end it after the block."""
    nodes: list[Node] = []
    for number in range(how.nodes):
        known = {"PORTAL_PUBLIC_URL": nodes[0].url} if nodes else {}
        # what is measured here comes at once and from one address, and must not wait
        free = {"PORTAL_WAITING_ROOM_FROM": "0"}
        log = made.folder / f"node{number}.log"
        nodes.append(
            Node(
                made.settings, made.url, log, OFFSET, workers=how.processes, extra={**free, **known}
            )
        )
    with serving(*nodes):
        yield Arranged(nodes)
