"""Databases that tests hand on, emptied after each test; dropped when it changed their tables."""

import itertools
import os
import select
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event, make_url
from sqlalchemy.pool import QueuePool

from portal.domain.people.households.finder import forget_finder
from portal.platform.database import Database, make_engine
from portal.platform.patience import PatientConnection
from portal.platform.waits import Waits

_number = itertools.count(1)
PATIENT = Waits(lock=120, statement=300, idle=300, connect=60, pool=120, busy=120)
"""Races decide who wins, never how fast the machine is: nobody gives up while another one works."""


def new_name(kind: str = "") -> str:
    """A name for a database that no other process and no other test has."""
    return f"portal_{os.getpid()}_{kind}{next(_number)}"


class Cluster:
    """Makes and drops databases; names are unique in this process and carry its id."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.connection = psycopg.connect(
            self.url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        )

    def create(self, name: str, template: str = "template0", encoding: str = "UTF8") -> str:
        """Make a database as a copy of another and return its address."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {} LOCALE 'C'")
        self.connection.execute(
            command.format(sql.Identifier(name), sql.Identifier(template), sql.Literal(encoding))
        )
        return self.address(name)

    def address(self, name: str, driver: str = "postgresql+psycopg") -> str:
        """Address of a database."""
        return self.url.set(database=name, drivername=driver).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.connection.execute(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        )


SHAPE = """
SELECT (SELECT count(*) FROM pg_attribute), (SELECT sum(oid::bigint) FROM pg_class),
       (SELECT sum(oid::bigint) FROM pg_constraint), (SELECT sum(oid::bigint) FROM pg_trigger)"""
TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
ORDER BY oid"""
SEQUENCES = """
SELECT format('setval(%L, %s, false)', seqrelid::regclass, seqstart)
FROM pg_sequence ORDER BY seqrelid"""
KEPT = "kept"
"""The name of connections that a test's engine hands on to the next test."""
END_OTHERS = f"""
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = %s AND pid <> %s AND NOT (application_name = '{KEPT}' AND state = 'idle')"""
MOST_KEPT = 4
"""More connections than this are of a race, and not kept."""


class Emptier:
    """A connection that finds the rows a test left in its database, and takes them away.

    It stays open, because a fresh one would have to learn about all tables again.
    """

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)
        self.shape = self._one(SHAPE)
        self.tables = [name for (name,) in self.connection.execute(TABLES)]
        parts = [f"EXISTS (SELECT FROM {name})" for name in self.tables]
        self.filled = f"SELECT {', '.join(parts)}"
        restarts = [restart for (restart,) in self.connection.execute(SEQUENCES)]
        self.restart = f"SELECT {', '.join(restarts)}"

    @property
    def pid(self) -> int:
        """Number of the server's process behind the connection."""
        return self.connection.info.backend_pid

    def is_as_made(self) -> bool:
        """Whether the tables are still those with which the database was made."""
        return self._one(SHAPE) == self.shape

    def empty(self) -> None:
        """Take away all rows, and let the numbers begin anew."""
        filled = self._one(self.filled)
        names = [name for name, has in zip(self.tables, filled, strict=True) if has]
        if names:
            # No trigger refuses then, and the order of the tables does not matter.
            commands = ["SET LOCAL session_replication_role = replica"]
            commands += [f"DELETE FROM {name}" for name in names]
            with self.connection.transaction():
                self.connection.execute("; ".join(commands).encode())
        self._one(self.restart)

    def _one(self, query: str) -> tuple[Any, ...]:
        return self.connection.execute(query.encode(), prepare=True).fetchone() or ()


class PostgresPool:
    """Databases with all tables and no rows.

    Emptied after a test, because making one takes half a second; dropped if the test changed its
    tables.
    """

    def __init__(self, cluster: Cluster, template: str) -> None:
        self.cluster, self.template = cluster, template
        self.emptiers: dict[str, Emptier] = {}
        self.free: list[str] = []

    def take(self) -> str:
        """Return the address of a database that nobody uses."""
        if self.free:
            return self.free.pop()
        name = new_name("pool_")
        url = self.cluster.create(name, self.template)
        self.emptiers[name] = Emptier(self.cluster.address(name, "postgresql"))
        return url

    def give_back(self, url: str) -> None:
        """End whatever is at work in a database, and empty it for the next test."""
        name = make_url(url).database or ""
        emptier = self.emptiers[name]
        self.cluster.connection.execute(END_OTHERS, (name, emptier.pid))
        if emptier.is_as_made():
            emptier.empty()
            self.free.append(url)
        else:
            self._drop(name)

    def close(self) -> None:
        """Drop every database."""
        for name in list(self.emptiers):
            self._drop(name)

    def _drop(self, name: str) -> None:
        self.emptiers.pop(name).connection.close()
        self.cluster.drop(name)


class SqlitePool:
    """Database files with all tables and no rows, replaced by fresh ones after a test."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.template = folder, template
        self.free: list[str] = []

    def take(self) -> str:
        """Return the address of a database that nobody uses."""
        if self.free:
            return self.free.pop()
        path = self.folder / f"{new_name()}.sqlite3"
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"

    def give_back(self, url: str) -> None:
        """Put an empty file in the place of a used one.

        Who still has that open keeps a file without a name.
        """
        path = Path(make_url(url).database or "")
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        shutil.copyfile(self.template, path)
        self.free.append(url)


class Engines:
    """One engine for each address: it keeps its statements compiled from test to test.

    On PostgreSQL also its connections: a fresh one costs as much as a test, since it has to learn
    about all tables. All settings are of one transaction, so that no test sees those before.
    """

    def __init__(self) -> None:
        self.by_url: dict[str, Engine] = {}
        self.lines: dict[str, set[PatientConnection]] = defaultdict(set)

    def open(self, url: str) -> Iterator[Database]:
        """Open a database for one test; what it left at work ends with the test."""
        engine = self._of(url)
        yield Database(engine)
        if not self._may_be_kept(url):
            engine.dispose()
            self.lines[url].clear()
        forget_finder(engine)

    def close(self) -> None:
        """End all connections."""
        for engine in self.by_url.values():
            engine.dispose()

    def _of(self, url: str) -> Engine:
        if url not in self.by_url:
            self.by_url[url] = _patient_engine(url)
            if make_url(url).get_backend_name() == "postgresql":
                _note_lines(self.by_url[url], self.lines[url])
        return self.by_url[url]

    def _may_be_kept(self, url: str) -> bool:
        """Whether all connections are in the pool, few, and not cut by what the test did."""
        lines, pool = self.lines.get(url, set()), self.by_url[url].pool
        assert isinstance(pool, QueuePool)
        in_pool = pool.checkedout() == 0 and pool.checkedin() == len(lines) <= MOST_KEPT
        return in_pool and not any(is_cut(line) for line in lines)


def is_cut(line: PatientConnection) -> bool:
    """Return whether the server has said something on an idle connection, which is its farewell."""
    return line.closed or bool(select.select([line.fileno()], [], [], 0)[0])


def _note_lines(engine: Engine, lines: set[PatientConnection]) -> None:
    """Name the connections of an engine as kept, and note which there are."""

    @event.listens_for(engine, "connect")
    def _opened(dbapi: PatientConnection, record: Any) -> None:
        dbapi.execute(f"SET application_name = '{KEPT}'")
        lines.add(dbapi)

    @event.listens_for(engine, "close")
    def _closed(dbapi: PatientConnection, record: Any) -> None:
        lines.discard(dbapi)


def _patient_engine(url: str) -> Engine:
    engine = make_engine(url, waits=PATIENT)
    if engine.dialect.name == "postgresql":
        return engine

    @event.listens_for(engine, "connect")
    def _never_wait_for_the_disk(dbapi: Any, record: Any) -> None:
        dbapi.execute("PRAGMA synchronous=OFF")  # thrown away after the test

    return engine
