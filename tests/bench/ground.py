"""What the bench stands on: both sites and the bare one as real servers on one database."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from portal.cli.serve import SITES, command_line
from portal.domain.people.authn import sessions
from portal.platform import migrations
from portal.platform.database import Database, make_engine
from portal.platform.http.cookies import VISIT, form_token, new_visit
from portal.settings import Settings
from tests.bench import bare
from tests.bench.generator import Step, Visit
from tests.bench.measuring import OFFSET, DatabaseServer, Piece
from tests.bench.processes import Tree
from tests.support.coupons import VAULT
from tests.support.faults.cluster import PostgresServer, opened, running
from tests.support.faults.nodes import Node, serving
from tests.support.people import Person
from tests.support.programs.servers import ROOT, Server, clean_environment, free_port
from tests.support.resident import session_cookies, start_session

COUNTING = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.max": "10000"}
WORKERS = {"postgresql": 2, "sqlite": 1}
"""Processes of the resident site: what ``portal serve`` runs on two cores unless told otherwise."""
ROWS = 1_000
"""Rows of the bare page's table."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Servers on one database.

    Attributes:
        engine: ``postgresql`` or ``sqlite``.
        database: The database, opened for the bench itself.
        server: PostgreSQL, None on SQLite.
        resident: The resident site.
        staff: The staff site.
        limit: The bare site.
        folder: For files.
    """

    engine: str
    database: Database
    server: DatabaseServer | None
    resident: Node
    staff: Node
    limit: Server
    folder: Path

    @property
    def bare(self) -> Tree:
        """The processes of the bare site."""
        return Tree(self.limit.process.pid)

    @property
    def now(self) -> datetime:
        """The instant at which the sites' clocks stand."""
        return datetime.now(UTC) + OFFSET

    def bare_page(self, count: int) -> Piece:
        """Return the limit of every page."""
        visits = [
            Visit([Step("bare", f"{self.limit.url}/{number % ROWS + 1}")])
            for number in range(count)
        ]
        return Piece("bare page", lambda _round: visits, self.bare)

    def bare_submit(self, count: int, connections: int) -> Piece:
        """Return the limit of every form, sent over so many connections."""
        form = {"state": "sent", "code": "000000", "form_key": "once"}
        step = Step("bare", f"{self.limit.url}/submit", form, 303)
        visits = [Visit([step], token="0" * 64) for _ in range(count)]
        name = f"bare submit, {connections}"
        return Piece(name, lambda _round: visits, self.bare, connections)

    def visitor(self, person: Person) -> "SignedIn":
        """Return a household that is signed in."""
        token = start_session(self.database, person, self.now)
        hidden = form_token(VAULT, sessions.token_hash(token).hex())
        return SignedIn(self.resident.url, token, hidden, person)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser of a household that is signed in."""

    site: str
    cookie: str
    token: str
    person: Person

    def visit(self, *steps: Step) -> Visit:
        """Come with this browser."""
        return Visit(list(steps), session_cookies(self.cookie), self.token)

    def get(self, path: str) -> Visit:
        """Open a page."""
        return self.visit(Step(path, self.site + path))

    def post(
        self, path: str, form: dict[str, str] | None = None, code: str = "", *, to: str
    ) -> Visit:
        """Send a form; ``code``: the secret of the app whose code is sent; ``to``: what follows."""
        return self.visit(Step(path, self.site + path, form or {}, 303, code, to))


def sign_in(site: str, person: Person, *, whole: bool) -> Visit:
    """Send ID and password to a site; ``whole``: from the form to the household's page."""
    typed = {"login_id": person.login_id, "password": person.password}
    password = Step("password", f"{site}/signin/submit", typed, 303)
    if not whole:
        visit = new_visit()  # as the form would have given it
        return Visit([password], {VISIT: visit}, form_token(VAULT, visit))
    return Visit(
        [
            Step("form", f"{site}/signin"),
            password,
            Step("code form", f"{site}/signin/code"),
            Step("code", f"{site}/signin/code/submit", {}, 303, person.totp_secret),
            Step("home", f"{site}/home"),
        ]
    )


def tree(node: Node) -> Tree:
    """Return the processes of a site."""
    assert node.process is not None
    return Tree(node.process.pid)


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[tuple[str, DatabaseServer]]:
    with running(PostgresServer(folder / "pg", COUNTING)) as server:
        url = server.create("bench")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        assert server.process is not None
        yield url, DatabaseServer(Tree(server.process.pid), url)


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[tuple[str, None]]:
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    engine = make_engine(url)
    migrations.create_tables(engine)
    engine.dispose()
    yield url, None


@contextlib.contextmanager
def _bare_site(database: Database, url: str, workers: int, folder: Path) -> Iterator[Server]:
    bare.KEPT.create(database.engine)
    with database.write() as session:
        session.execute(bare.KEPT.insert(), [{"state": "kept"} for _ in range(ROWS)])
    port, log = free_port(), folder / "bare.log"
    command = command_line("resident", "127.0.0.1", port, workers)
    command[command.index(SITES["resident"])] = bare.SERVED
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean_environment(**{bare.DATABASE: url}),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, log, port)
    try:
        server.wait()
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


@contextlib.contextmanager
def ground_on(engine: str, settings: Settings, folder: Path) -> Iterator[Ground]:
    """Start everything on a database of this engine, and end it after the block."""
    workers = WORKERS[engine]
    start = _postgres if engine == "postgresql" else _sqlite
    with start(folder) as (url, server), opened(url) as database:
        sites = [
            Node(
                settings,
                url,
                folder / f"{site}.log",
                OFFSET,
                site=site,
                workers=count,
                # what is measured here comes at once and from one address, and must not wait
                extra={"PORTAL_WAITING_ROOM_FROM": "0"},
            )
            for site, count in (("resident", workers), ("staff", 1))
        ]
        with _bare_site(database, url, workers, folder) as limit, serving(*sites):
            yield Ground(engine, database, server, sites[0], sites[1], limit, folder)
