"""While nodes are restarted one by one, the program before goes on beside a schema that only adds.

The older program is today's; the newer one has one migration more.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from portal import __version__
from portal.cli.main import portal as cli
from portal.domain.foundation.errors import DomainError
from portal.domain.mailroom.roster.imports.importer import Imported
from portal.platform.database import Database, make_engine
from portal.platform.migrations import create_tables, oldest_program, upgrade_tables
from portal.platform.schema import State, numbers_of, read_schema, require_current
from portal.platform.selfcheck.database import check_database
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.subject import Subject
from portal.platform.startup import check_prepared, initialize
from portal.settings import Settings
from tests.support.databases.migrations import LATER, later_versions
from tests.support.mailroom.roster import Ward
from tests.support.resident import write_keys

pytestmark = pytest.mark.matrix

NEXT = ".".join(str(part) for part in (*numbers_of(__version__)[:2], 999))


@pytest.fixture
def deployed(new_database: Callable[[bool], str], tmp_path: Path) -> Settings:
    settings = Settings(
        program="sample",
        data_dir=tmp_path / "data",
        key_dir=write_keys(tmp_path / "data" / "keys"),
        environment="test",
        database_url=new_database(False),
    )
    initialize(settings)
    return settings


@pytest.fixture
def engine(deployed: Settings) -> Engine:
    return make_engine(deployed.database_url)


def test_a_program_starts_and_writes_beside_a_later_schema_that_only_adds(
    deployed: Settings, engine: Engine, tmp_path: Path
) -> None:
    Ward(Database(engine), tmp_path / "before").hand_over()
    assert upgrade_tables(engine, versions=later_versions(tmp_path))
    with engine.connect() as connection:
        found = read_schema(connection)
        assert (found.state, found.found) == (State.EXPANDED, LATER)
    check_prepared(deployed)
    initialize(deployed)  # changes nothing
    assert not create_tables(engine)
    assert not upgrade_tables(engine)
    again = Ward(Database(engine), tmp_path / "after").hand_over()
    assert isinstance(again, Imported)
    environment = {
        "PORTAL_DATA_DIR": str(deployed.data_dir),
        "PORTAL_DATABASE_URL": deployed.database_url,
        "PORTAL_PROGRAM": "sample",
        "PORTAL_LANG": "ja",
    }
    status = CliRunner().invoke(cli, ["db", "status"], env=environment)
    assert status.exit_code == 0
    assert LATER in status.stdout
    assert "早めに新しい版に" in status.stdout
    (finding,) = check_database(Subject(deployed, database=Database(engine)))
    assert (finding.level, LATER in finding.sentence) == (Level.WARNING, True)
    engine.dispose()


def test_a_schema_that_takes_something_away_stops_the_program_before(
    deployed: Settings, engine: Engine, tmp_path: Path
) -> None:
    later = later_versions(tmp_path, contract=NEXT)
    assert upgrade_tables(engine, versions=later)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT oldest_program FROM deployment")) == NEXT
    with pytest.raises(DomainError, match="新しい版のプログラムで実行"):
        check_prepared(deployed)
    with pytest.raises(DomainError, match="新しい版のプログラムで実行"):
        upgrade_tables(engine)
    require_current(engine, later)  # the program that came with it
    engine.dispose()


def test_a_schema_without_a_column_that_the_program_reads_stops_it(
    deployed: Settings, engine: Engine, tmp_path: Path
) -> None:
    """Also where the migration forgot to say so."""
    drop = 'op.drop_column("household", "counter")'
    with pytest.raises(DomainError, match=r"household\.counter"):
        upgrade_tables(engine, versions=later_versions(tmp_path, drop))
    check_prepared(deployed)  # nothing has changed
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE household DROP COLUMN counter"))
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{LATER}'"))
    with pytest.raises(DomainError, match="新しい版のプログラムで実行"):
        check_prepared(deployed)
    engine.dispose()


def test_the_oldest_program_only_ever_rises(tmp_path: Path) -> None:
    later = later_versions(tmp_path, contract="0.2.0")
    assert oldest_program("0.1.0", "0001", later) == "0.2.0"
    assert oldest_program("0.10.0", "0001", later) == "0.10.0"
    assert oldest_program("0.1.0", LATER, later) == "0.1.0"
    assert oldest_program() == "0.1.0"


@pytest.mark.parametrize(
    ("version", "numbers"), [("0.2.0.dev0", (0, 2, 0)), ("0.10.1", (0, 10, 1)), ("", ())]
)
def test_versions_are_compared_by_their_numbers(version: str, numbers: tuple[int, ...]) -> None:
    assert numbers_of(version) == numbers
