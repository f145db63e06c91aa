"""Sites and commands want exactly their own tables; only `portal init` makes any."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from portal.cli.main import portal as cli
from portal.domain.foundation.errors import DomainError
from portal.domain.tables import metadata
from portal.platform.database import make_engine
from portal.platform.migrations import upgrade_tables
from portal.platform.schema import require_current, revisions
from portal.platform.startup import check_prepared, initialize
from portal.settings import Settings
from tests.support.databases.catalog import catalog
from tests.support.databases.migrations import LATER, later_versions
from tests.support.databases.pools import Cluster, new_name
from tests.support.programs.servers import free_port

pytestmark = pytest.mark.matrix


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    """The settings of a deployment that was not begun yet."""
    data = tmp_path / "data"
    return Settings(
        program="demo",
        data_dir=data,
        key_dir=data / "keys",
        environment="test",
        database_url=empty_database_url,
    )


def portal(settings: Settings, *words: str) -> Result:
    environment = {
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_PROGRAM": settings.program,
        "PORTAL_LANG": "ja",
    }
    return CliRunner().invoke(cli, list(words), env=environment)


def tables(settings: Settings) -> set[str]:
    engine = make_engine(settings.database_url)
    try:
        return catalog(engine)
    finally:
        engine.dispose()


def execute(settings: Settings, *statements: str) -> None:
    engine = make_engine(settings.database_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def commands() -> tuple[tuple[str, ...], ...]:
    """A command, a site at a port that nobody uses, and an upgrade."""
    return (
        ("staff", "list"),
        ("serve", "resident", "--port", str(free_port())),
        ("db", "upgrade"),
    )


def assert_refused(settings: Settings, *words: str) -> None:
    """A site, a command and an upgrade all say the same in one sentence, and change nothing."""
    before = tables(settings)
    with pytest.raises(DomainError) as refused:
        check_prepared(settings)
    for command in commands():
        done = portal(settings, *command)
        assert done.exit_code == 1
        assert done.stderr.strip() == refused.value.message
    for word in words:
        assert word in refused.value.message
    assert tables(settings) == before


def test_a_database_that_may_lack_letters_is_refused(
    settings: Settings, postgres_cluster: Cluster
) -> None:
    name = new_name("ascii")
    address = postgres_cluster.create(name, encoding="SQL_ASCII")
    try:
        assert_refused(replace(settings, database_url=address), "UTF-8", "createdb")
        assert portal(replace(settings, database_url=address), "init").exit_code == 1
    finally:
        postgres_cluster.drop(name)


def test_an_empty_database_gets_tables_from_init_alone(settings: Settings) -> None:
    assert_refused(settings, "portal init", "PORTAL_DATABASE_URL")
    assert tables(settings) == set()
    assert not settings.key_dir.exists()
    done = portal(settings, "init")
    assert done.exit_code == 0, done.output
    check_prepared(settings)
    again = portal(settings, "init")
    assert (again.exit_code, "新しい" in again.stdout) == (0, False)
    assert portal(settings, "db", "upgrade").stdout.strip() == "データベースは最新です。"


def test_a_mistyped_name_makes_no_file(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = Settings(
        program="demo",
        data_dir=data,
        key_dir=data / "keys",
        environment="test",
        database_url=f"sqlite:///{tmp_path}/other/protal.sqlite3",
    )
    for command in commands():
        done = portal(settings, *command)
        assert (done.exit_code, "portal init" in done.stderr) == (1, True)
    assert not (tmp_path / "other").exists()
    assert not data.exists()


def test_tables_made_without_migrations_are_refused(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    metadata.create_all(engine)
    engine.dispose()
    assert_refused(settings, "portal init", "版の記録がない")
    assert portal(settings, "init").exit_code == 1


def test_tables_older_than_the_first_release_are_refused(settings: Settings) -> None:
    """Before the first release "0001" made whatever the models of that day were."""
    initialize(settings)
    execute(settings, "DROP TABLE print_proof_page", "ALTER TABLE deployment DROP COLUMN program")
    assert_refused(settings, revisions()[-1], "deployment.program", "portal init")


def test_tables_of_something_else_are_left_alone(settings: Settings) -> None:
    execute(settings, "CREATE TABLE invoice (id INTEGER)")
    assert_refused(settings, "PORTAL_DATABASE_URL")
    assert portal(settings, "init").exit_code == 1
    assert {fact.split(":")[0].split(".")[0] for fact in tables(settings)} <= {
        "table invoice",
        "column invoice",
    }


def test_newer_tables_that_took_something_away_are_refused(settings: Settings) -> None:
    initialize(settings)
    execute(
        settings,
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE deployment SET oldest_program = '99.0.0'",
    )
    assert_refused(settings, "9999", revisions()[-1])
    assert portal(settings, "init").exit_code == 1


def test_older_tables_are_refused_with_the_command_that_upgrades_them(
    settings: Settings, tmp_path: Path
) -> None:
    initialize(settings)
    versions = later_versions(tmp_path)
    engine = make_engine(settings.database_url)
    with pytest.raises(DomainError, match=rf"{revisions()[-1]}.*{LATER}.*portal db upgrade"):
        require_current(engine, versions)
    assert upgrade_tables(engine, versions=versions)
    require_current(engine, versions)
    assert not upgrade_tables(engine, versions=versions)
    engine.dispose()


def test_an_upgrade_with_other_keys_is_refused(settings: Settings, tmp_path: Path) -> None:
    initialize(settings)
    other = replace(settings, key_dir=tmp_path / "other")
    with pytest.raises(DomainError, match="PORTAL_KEY_DIR"):
        check_prepared(other)
