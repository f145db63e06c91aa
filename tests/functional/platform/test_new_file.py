"""Processes that open a new SQLite file at once all get in; one that is kept from it is refused."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy.exc import OperationalError

from portal.platform.database import make_engine
from portal.platform.waits import Waits

FILES = 40
"""New files that two open: without the wait, at least one of them refused one of the two."""


def opened(file: Path, together: Barrier) -> str:
    engine = make_engine(f"sqlite:///{file}")
    together.wait()
    try:
        with engine.connect() as connection:
            return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    finally:
        engine.dispose()


def test_two_that_open_a_new_file_at_once_both_get_in(tmp_path: Path) -> None:
    together = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        for number in range(FILES):
            file = tmp_path / f"{number}.sqlite3"
            both = [pool.submit(opened, file, together) for _ in range(2)]
            assert [one.result() for one in both] == ["wal", "wal"]


def test_one_that_is_kept_from_it_is_refused_in_the_end(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        engine = make_engine(f"sqlite:///{file}", waits=Waits(busy=0.2))
        with pytest.raises(OperationalError, match="locked"):
            engine.connect()
        other.rollback()
        engine.connect().close()
    engine.dispose()
