"""No error of a database tells what was to be stored: its text goes to logs (SEC-L1)."""

import sqlite3
import traceback
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.platform.backups.snapshots import read_only
from portal.platform.database import Database

CANARY = "鶉野瑠璃子"
"""Without a blank of full width, which an error writes as an escape: it would never be found."""


STATEMENT = text("SELECT nothing FROM nowhere WHERE name = :name").bindparams(name=CANARY)


def test_an_error_of_the_database_names_no_value(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as failed, database.write() as session:
        session.execute(STATEMENT)
    told = "".join(traceback.format_exception(failed.value)) + repr(failed.value)
    assert "nowhere" in told
    assert CANARY not in told


def test_the_engine_that_backups_read_hides_values_too(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.sqlite3"
    sqlite3.connect(path).close()
    engine = read_only(path)
    with pytest.raises(SQLAlchemyError) as failed, engine.connect() as connection:
        connection.execute(STATEMENT)
    engine.dispose()
    assert CANARY not in str(failed.value)
