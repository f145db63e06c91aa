"""A ward of a size on a PostgreSQL of its own: made once, by the product's commands, and kept.

What is measured runs on a copy, so that the next run finds the ward as it was made.
"""

import contextlib
import json
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from admin.app import make_staff_site
from portal.demo.extract import make_extract
from portal.demo.families import ExtractPlan
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from portal.platform.schema import VERSIONS
from portal.settings import Settings
from tests.bench.bulk_year import NOW as AFTER_THE_YEAR
from tests.bench.bulk_year import Size, fill, live_a_year
from tests.bench.busy_desk import add_requests
from tests.bench.commands import measured
from tests.bench.ground import COUNTING
from tests.bench.measuring import OFFSET, DatabaseServer
from tests.bench.processes import Tree
from tests.support.coupons import AMOUNT, VAULT, sandbox_file
from tests.support.faults.cluster import PostgresServer, opened, reachable
from tests.support.people import Person, add_person
from tests.support.programs.command import CommandLine
from tests.support.programs.servers import ROOT
from tests.support.resident import Loop, make_settings, with_cheap_hashes
from tests.support.staff import StaffSite, make_staff
from tests.support.transfers import announced, digest_of, extract_figures
from tests.support.work import work_in

KEPT = ROOT / ".build" / "growth"
EXPECTED = "expected_children = 82500\n"
"""The program's line by which an extract of another size waits for two people."""
FAMILIES = 50
"""So many can sign in; their people are called as nobody else."""
WAITING = 5
"""One request that waits for so many households."""
STATUS = {"roster": {0, 3}, "coupons": {0, 3}}
"""How a command may end: 3 says that some households are held."""
WARD, YEAR = "ward", "year"
"""The two databases: as imported, with coupons; and at the end of its year."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took.

    Attributes:
        processor: Seconds of the program, or milliseconds a piece.
        database: Of PostgreSQL.
        peak: Memory of the program in MB; 0 where it was not looked at.
    """

    processor: float
    database: float
    peak: float = 0.0

    @property
    def total(self) -> float:
        """Program and database."""
        return self.processor + self.database


@dataclass(slots=True)
class Kept:
    """A ward that is kept in a folder.

    Attributes:
        size: Its households.
        folder: Where everything of it lies.
        server: Its PostgreSQL.
        settings: Program and keys.
        built: What making it cost, by the row.
        day: When it was made.
        people: The families that can sign in.
    """

    size: int
    folder: Path
    server: PostgresServer
    settings: Settings
    built: dict[str, Cost]
    day: str
    people: list[Person]

    @property
    def tree(self) -> Tree:
        """The processes of PostgreSQL."""
        assert self.server.process is not None
        return Tree(self.server.process.pid)

    def counted(self, url: str) -> DatabaseServer:
        """Return PostgreSQL as one that counts statements."""
        return DatabaseServer(self.tree, url)

    def portal(self, url: str, *, after_the_year: bool = False) -> CommandLine:
        """Return the command line on a database, in the summer or after the year."""
        offset = AFTER_THE_YEAR - datetime.now(UTC) if after_the_year else OFFSET
        return CommandLine(
            self.folder / "data",
            url,
            self.settings.program,
            extra={
                "PORTAL_CLOCK_OFFSET": f"{offset.total_seconds():.0f}",
                "PORTAL_ENVIRONMENT": "test",
            },
        )

    def command(self, portal: CommandLine, *arguments: object) -> Cost:
        """Run a command that must succeed, and return its cost."""
        before = self.tree.seconds()
        found = measured(portal, *arguments)
        behind = self.tree.seconds() - before
        if found["status"] not in STATUS.get(str(arguments[0]), {0}):
            again = portal.run(*arguments)
            raise AssertionError(f"{found}: {again.stdout[-1500:]} {again.stderr[-1500:]}")
        return Cost(found["processor"], behind, found["peak"])

    @contextlib.contextmanager
    def copied(self, name: str) -> Iterator[str]:
        """Return the address of a copy of a database, which the block may change."""
        copy = f"{name}_copy"
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)".encode())
            made = f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY FILE_COPY"
            connection.execute(made.encode())
            try:
                yield self.server.url(copy)
            finally:
                connection.execute(f"DROP DATABASE {copy} WITH (FORCE)".encode())


def folder_of(size: int, above: Path = KEPT) -> Path:
    """Return the folder of a ward, by its size and the tables' version."""
    schema = max(path.stem.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
    return above / f"{size}-{schema}"


@contextlib.contextmanager
def ward(size: int, *, fresh: bool = False, above: Path = KEPT) -> Iterator[Kept]:
    """Start the ward of a size; make it where there is none of these tables, or a fresh one."""
    folder = folder_of(size, above)
    noted = folder / "built.json"
    if fresh or not noted.exists():
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    server = PostgresServer(reachable(folder) / "pg", COUNTING)
    kept = Kept(size, folder, server, _settings(folder / "data"), {}, "", [])
    try:
        server.make()
        server.start()
        if noted.exists():
            _read(kept, noted)
            sys.stdout.write(f"{size:,} households: the ward of {kept.day} in {folder}\n")
        else:
            sys.stdout.write(f"{size:,} households: a ward is made in {folder}\n")
            _make(kept)
            _write(kept, noted)
        sys.stdout.flush()
        yield kept
    finally:
        server.stop()


def _settings(folder: Path) -> Settings:
    """Return settings whose program expects no number of children."""
    settings = make_settings(folder)
    program = Path(settings.program)
    text = program.read_text("utf-8")
    assert EXPECTED in text
    program.write_text(text.replace(EXPECTED, ""), "utf-8")
    return settings


def _write(kept: Kept, noted: Path) -> None:
    kept.day = f"{datetime.now(UTC):%Y-%m-%d}"
    costs = {name: asdict(cost) for name, cost in kept.built.items()}
    people = [[one.household_id, one.credential_id] for one in kept.people]
    noted.write_text(json.dumps({"day": kept.day, "costs": costs, "people": people}), "utf-8")


def _read(kept: Kept, noted: Path) -> None:
    found = json.loads(noted.read_text("utf-8"))
    kept.day = found["day"]
    kept.built = {name: Cost(**cost) for name, cost in found["costs"].items()}
    kept.people = [Person(home, credential, "", "") for home, credential in found["people"]]


def _make(kept: Kept) -> None:
    """Import an extract, load and assign codes, as an operator does; then the desk's requests."""
    url = _database(kept, WARD)
    portal = kept.portal(url)
    plan = ExtractPlan(households=kept.size, seed=50, clean=True)
    extract = make_extract(plan).write(kept.folder, "sample")["sample"]
    manifest = kept.folder / "manifest.json"
    totals = json.loads(manifest.read_text("utf-8"))["totals"]
    manifest.unlink()
    content = extract.read_bytes()
    _announce(url, TransferKind.EXTRACT, extract, extract_figures(totals, content))
    with _told("import"):
        kept.built["import"] = kept.command(
            portal, "roster", "import", extract, "--layout", "sample"
        )
    extract.unlink()
    with opened(url) as database:
        now = datetime.now(UTC) + OFFSET
        kept.people = [
            add_person(database, now, number=f"97{number:08}", active=True, numbered=True)
            for number in range(1, FAMILIES + 1)
        ]
        with database.read() as session:
            stored = session.scalar(select(func.count()).select_from(Household)) or 0
            children = session.scalar(select(func.count()).select_from(Entitlement)) or 0
        assert stored > 0.9 * kept.size, f"{stored} of {kept.size} households were imported"
        _codes(kept, portal, children + 10)
        with database.read() as session:
            first = select(Household.id).order_by(Household.id).limit(kept.size // WAITING)
            waiting = list(session.scalars(first))
        add_requests(desk(kept, database), waiting, count=len(waiting))
    with _told("the end of its year"):
        _live(kept, Size(kept.size, children))
    for name in (WARD, YEAR):
        with psycopg.connect(kept.server.url(name), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
            connection.execute("VACUUM ANALYZE")


def _database(kept: Kept, name: str) -> str:
    """Make a database as an operator does, and return its address."""
    url = kept.server.create(name)
    done = kept.portal(url).run("init")
    assert done.returncode == 0, done.stderr
    return url


def _announce(url: str, kind: TransferKind, path: Path, figures: Figures) -> None:
    """Enter the sheet that came with a file; without it nothing is applied."""
    with opened(url) as database, database.write() as session:
        announced(work_in(session, now=datetime.now(UTC) + OFFSET), kind, path, figures)


def _codes(kept: Kept, portal: CommandLine, count: int) -> None:
    file = sandbox_file(kept.folder, count)
    figures = Figures(rows=count, yen=count * AMOUNT, sha256=digest_of(file.read_bytes()))
    _announce(portal.database_url, TransferKind.CODES, file, figures)
    ordered = ("--order", "order-1", "--count", count, "--sum", count * AMOUNT)
    with _told("codes"):
        kept.built["codes, load"] = kept.command(
            portal, "coupons", "load", file, "--profile", "sandbox", *ordered
        )
        kept.built["codes, assign"] = kept.command(portal, "coupons", "assign", "--reserve", "0")
    file.unlink()


def _live(kept: Kept, size: Size) -> None:
    url = _database(kept, YEAR)
    with opened(url) as database:
        fill(database, VAULT, size)
        live_a_year(database, size)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    sys.stdout.write(f"  {what}: {time.monotonic() - begun:.0f} s\n")
    sys.stdout.flush()


def desk(kept: Kept, database: Database) -> StaffSite:
    """Return the staff site in this process, to prepare what is measured."""
    base = with_cheap_hashes(make_staff_site(kept.settings))
    return make_staff(base, database, Loop(), kept.folder / "data", datetime.now(UTC) + OFFSET)
