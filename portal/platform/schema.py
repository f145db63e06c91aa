"""Compares the tables of a database with those that this program needs."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, Engine, select, text

from portal import __version__
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.texts import _s
from portal.domain.tables import metadata
from portal.platform.database_address import sqlite_file

VERSIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"
REVISION_TABLE = "alembic_version"
MOST_NAMED = 3

Columns = frozenset[tuple[str, str]]
"""Pairs of table and column."""

_COLUMNS = {
    "sqlite": text(
        "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    ),
    "postgresql": text(
        "SELECT t.relname, c.attname FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid"
        " WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace"
        " AND c.attnum > 0 AND NOT c.attisdropped"
    ),
}


class State(Enum):
    """How the tables of a database compare with those of this program."""

    EMPTY = auto()
    CURRENT = auto()
    BEHIND = auto()
    EXPANDED = auto()
    """A later program's tables, which only add to ours: this program may go on (decision 0016)."""
    AHEAD = auto()
    """A later program's tables, on which this program would do harm."""
    UNVERSIONED = auto()
    """The program's tables, but not made by its migrations."""
    INCOMPLETE = auto()
    """The recorded revision and the tables disagree."""
    FOREIGN = auto()
    """Tables of another system."""
    OTHER_ENCODING = auto()
    """A PostgreSQL database that does not store its text as UTF-8, and may lack letters."""


@dataclass(frozen=True)
class Schema:
    """The tables of a database, compared with those of this program."""

    state: State
    found: str | None = None
    """The revision of the database."""
    wanted: str = ""
    """The revision of this program."""
    missing: tuple[str, ...] = ()
    """Columns that the revision promises and the database lacks, as ``table.column``."""
    oldest: str = ""
    """The oldest version of the program that may still write to the database; "" if unknown."""

    @property
    def is_usable(self) -> bool:
        """Whether this program may work on the database."""
        return self.state in {State.CURRENT, State.EXPANDED}


def revisions(versions: Path = VERSIONS) -> tuple[str, ...]:
    """Return the numbers of all migrations in a folder, oldest first."""
    return tuple(sorted(path.name[:4] for path in versions.glob("[0-9]*.py")))


def columns_of_models() -> Columns:
    """Return the columns that this program reads and writes."""
    return frozenset((t.name, c.name) for t in metadata.tables.values() for c in t.columns)


def columns_of(connection: Connection) -> Columns:
    """Return the columns that a database has."""
    rows = connection.execute(_COLUMNS[connection.dialect.name])
    return frozenset((table, column) for table, column in rows)


def read_schema(connection: Connection, versions: Path = VERSIONS) -> Schema:
    """Compare the database's tables with those of this program."""
    found = columns_of(connection)
    tables = {table for table, _column in found}
    revision = _revision(connection) if REVISION_TABLE in tables else None
    known, oldest = revisions(versions), _oldest_program(connection, found)
    state, missing = State.CURRENT, missing_from(found, columns_of_models())
    if Deployment.__tablename__ not in tables:
        state = State.FOREIGN if tables - {REVISION_TABLE} else State.EMPTY
    elif revision is None:
        state = State.UNVERSIONED
    elif revision not in known:
        state = State.EXPANDED if _may_go_on(oldest, missing) else State.AHEAD
    elif revision != known[-1]:
        state = State.BEHIND
    elif missing:
        state = State.INCOMPLETE
    if _other_encoding(connection):
        state = State.OTHER_ENCODING
    return Schema(state, revision, known[-1], missing, oldest)


def _other_encoding(connection: Connection) -> bool:
    """Say whether a database stores its text in another encoding than UTF-8."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.scalar(text("SHOW server_encoding")) != "UTF8")


def _oldest_program(connection: Connection, found: Columns) -> str:
    if (Deployment.__tablename__, "oldest_program") not in found:
        return ""
    return str(connection.scalar(select(Deployment.oldest_program)) or "")


def _may_go_on(oldest: str, missing: tuple[str, ...]) -> bool:
    return bool(oldest) and not missing and numbers_of(oldest) <= numbers_of(__version__)


def numbers_of(version: str) -> tuple[int, ...]:
    """Return the numbers by which versions are compared: (0, 2, 0) of 0.2.0.dev0."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def missing_from(found: Columns, wanted: Columns) -> tuple[str, ...]:
    """Return the wanted columns that were not found, as ``table.column``."""
    return tuple(f"{table}.{column}" for table, column in sorted(wanted - found))


def require_current(engine: Engine, versions: Path = VERSIONS) -> None:
    """Refuse a database on which this program cannot work.

    Its tables must be this program's, or a later one's that only add to them. A missing SQLite
    file is not made.

    Raises:
        InputError: what is wrong, and the command to run.
    """
    schema = schema_of(engine, versions)
    if not schema.is_usable:
        refuse(schema)


def schema_of(engine: Engine, versions: Path = VERSIONS) -> Schema:
    """Compare a database's tables with ours; a missing SQLite file is empty, and is not made."""
    if file_missing(engine):
        return Schema(State.EMPTY)
    with engine.execution_options(read_only=True).connect() as connection:
        return read_schema(connection, versions)


def file_missing(engine: Engine) -> bool:
    """Tell whether the engine's address is a SQLite file that does not exist."""
    file = sqlite_file(engine.url)
    return file is not None and not file.exists()


def refuse(schema: Schema) -> NoReturn:
    """Refuse a database, with the reason and the command to run.

    Raises:
        InputError: always.
    """
    raise InputError(sentence_of(schema))


def sentence_of(schema: Schema) -> str:
    """Return how the tables stand, and the command to run if there is one."""
    return _sentence(schema.state) % {
        "found": schema.found or "",
        "wanted": schema.wanted,
        "oldest": schema.oldest,
        "missing": ", ".join(schema.missing[:MOST_NAMED])
        + ("…" if len(schema.missing) > MOST_NAMED else ""),
    }


def _revision(connection: Connection) -> str | None:
    rows = connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalars().all()  # noqa: S608  (a name of our own)
    return "+".join(sorted(rows)) or None


def _sentence(state: State) -> str:
    if state is State.CURRENT:
        return _s("データベースの表は %(found)s で、このプログラムのものです。")
    if state in _VERSIONS:
        return _of_another_version(state)
    if state is State.UNVERSIONED:
        return _s(
            "このデータベースの表は「portal init」で作られたものではなく、"
            "版の記録がないため使えません。"
            "空のデータベースを用意して「portal init」を実行してください。"
        )
    if state is State.INCOMPLETE:
        return _s(
            "データベースの表が、記録された版 %(found)s と合いません（ない列: %(missing)s）。"
            "正式版より前のプログラムで作られたものは使えません。"
            "空のデータベースを用意して「portal init」を実行するか、"
            "バックアップから戻してください。"
        )
    if state is State.FOREIGN:
        return _s(
            "このデータベースには、ほかのシステムの表があります。"
            "PORTAL_DATABASE_URL のデータベース名を確かめてください。"
        )
    if state is State.OTHER_ENCODING:
        return _s(
            "このデータベースの文字コードは UTF-8 ではないため、使えません。"
            "「createdb --encoding=UTF8 --template=template0」で空のデータベースを作り、"
            "PORTAL_DATABASE_URL に指定してください。"
        )
    return _s(
        "データベースの用意ができていません。PORTAL_DATABASE_URL のデータベース名を確かめ、"
        "新しく始めるときは「portal init」を実行してください。"
    )


_VERSIONS = (State.BEHIND, State.EXPANDED, State.AHEAD)


def _of_another_version(state: State) -> str:
    if state is State.BEHIND:
        return _s(
            "データベースの表が古い版です（%(found)s。このプログラムは %(wanted)s）。"
            "バックアップを取ってから「portal db upgrade」を実行してください。"
        )
    if state is State.EXPANDED:
        return _s(
            "データベースの表は、このプログラムより新しい版です（%(found)s。"
            "このプログラムは %(wanted)s）。足されたものだけなので、このプログラムも動けます"
            "（%(oldest)s 以後のプログラム）。早めに新しい版に替えてください。"
        )
    return _s(
        "データベースの表が、このプログラムより新しい版です（%(found)s。"
        "このプログラムは %(wanted)s）。"
        "新しい版のプログラムで実行してください。"
    )
