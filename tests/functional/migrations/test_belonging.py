"""A database is used with its own four keys and its own program, or not at all."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from portal.cli.main import portal as cli
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.vault import AUDIT_KEY, KEY_FILES, make_keys
from portal.platform.database import opened
from portal.platform.selfcheck.findings import Finding, Level
from portal.platform.selfcheck.registry import run
from portal.platform.selfcheck.subject import Subject
from portal.platform.startup import check_prepared, initialize, upgrade
from portal.settings import Settings
from tests.support.resident import write_program

pytestmark = pytest.mark.matrix


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    """The settings of a deployment that has begun."""
    data = tmp_path / "data"
    made = Settings(
        program="demo",
        data_dir=data,
        key_dir=data / "keys",
        environment="test",
        database_url=empty_database_url,
    )
    initialize(made)
    return made


def portal(settings: Settings, *words: str) -> Result:
    environment = {
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_KEY_DIR": str(settings.key_dir),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_PROGRAM": settings.program,
        "PORTAL_LANG": "ja",
    }
    return CliRunner().invoke(cli, list(words), env=environment)


def execute(settings: Settings, statement: str) -> list[tuple[object, ...]]:
    with opened(settings.database_url) as database, database.engine.begin() as connection:
        done = connection.execute(text(statement))
        return [tuple(row) for row in done] if done.returns_rows else []


def as_in_version_0_1_0(settings: Settings) -> None:
    """Let the database know no more of its keys and program than one of the first version."""
    execute(
        settings,
        "UPDATE deployment SET program_title = NULL, index_check = NULL, pepper_check = NULL,"
        " token_check = NULL",
    )


def finding(settings: Settings, name: str) -> Finding:
    subject = Subject(settings)
    try:
        return next(one for one in run(subject) if one.name == name)
    finally:
        subject.close()


def with_another(settings: Settings, name: str, folder: Path) -> Settings:
    """The same deployment, but one key is that of somebody else."""
    make_keys(folder / "theirs")
    shutil.copytree(settings.key_dir, folder / "mixed")
    shutil.copy(folder / "theirs" / f"{name}.key", folder / "mixed" / f"{name}.key")
    return replace(settings, key_dir=folder / "mixed")


@pytest.mark.parametrize("name", KEY_FILES)
def test_each_of_the_four_keys_must_be_the_databases_own(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    mixed = with_another(settings, name, tmp_path)
    with pytest.raises(DomainError, match=r"^[^\n]*PORTAL_KEY_DIR[^\n]*$") as refused:
        check_prepared(mixed)
    if name != "kek":
        assert f"{name}.key" in refused.value.message
    done = portal(mixed, "staff", "list")
    assert (done.exit_code, done.stderr.strip()) == (1, refused.value.message)


def test_a_database_of_the_first_version_learns_its_keys_with_the_upgrade(
    settings: Settings, tmp_path: Path
) -> None:
    as_in_version_0_1_0(settings)
    mixed = with_another(settings, "pepper", tmp_path)
    check_prepared(mixed)  # nobody can know yet
    found = finding(settings, "keys")
    assert found.level is Level.WARNING
    assert "portal db upgrade" in found.advice
    upgrade(settings)
    assert finding(settings, "keys").level is Level.OK
    with pytest.raises(DomainError, match="pepper"):
        check_prepared(mixed)


def test_other_keys_are_not_learned(settings: Settings, tmp_path: Path) -> None:
    as_in_version_0_1_0(settings)
    with pytest.raises(DomainError, match="PORTAL_KEY_DIR"):
        upgrade(with_another(settings, "kek", tmp_path))
    assert execute(settings, "SELECT index_check FROM deployment") == [(None,)]


def test_a_database_is_not_used_with_the_program_of_another_ward(settings: Settings) -> None:
    other = replace(settings, program="sample")
    with pytest.raises(DomainError, match=r"みなも区.*汐風区.*PORTAL_PROGRAM"):
        check_prepared(other)
    for command in (("staff", "list"), ("init",), ("db", "upgrade")):
        done = portal(other, *command)
        assert (done.exit_code, "汐風区" in done.stderr) == (1, True)


def test_a_program_that_lies_elsewhere_is_still_the_same(
    settings: Settings, tmp_path: Path
) -> None:
    folder = Path(__file__).resolve().parents[3] / "portal" / "programs" / "demo"
    shutil.copytree(folder, tmp_path / "moved")
    check_prepared(replace(settings, program=str(tmp_path / "moved" / "program.toml")))


def test_a_database_of_the_first_version_is_not_given_to_another_program(
    settings: Settings,
) -> None:
    as_in_version_0_1_0(settings)
    with pytest.raises(DomainError, match="PORTAL_PROGRAM"):
        upgrade(replace(settings, program="sample"))
    assert execute(settings, "SELECT program_title FROM deployment") == [(None,)]


def test_a_name_that_the_ward_corrected_is_recorded_by_whoever_knows_the_old_one(
    settings: Settings, tmp_path: Path
) -> None:
    renamed = replace(settings, program=str(write_program(tmp_path)))
    ((known,),) = execute(settings, "SELECT program_title FROM deployment")
    wrong = portal(renamed, "program", "rename", "--from", "なにか")
    assert (wrong.exit_code, str(known) in wrong.stderr) == (1, True)
    done = portal(renamed, "program", "rename", "--from", str(known))
    assert done.exit_code == 0, done.output
    check_prepared(renamed)
    events = "SELECT count(*) FROM audit_event WHERE action = 'program.renamed'"
    assert execute(settings, events) == [(1,)]


def test_keys_are_made_alone_and_never_again(empty_database_url: str, tmp_path: Path) -> None:
    fresh = Settings(
        program="demo",
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "vault" / "keys",
        environment="test",
        database_url=empty_database_url,
    )
    done = portal(fresh, "keys", "create")
    assert done.exit_code == 0, done.output
    assert str(fresh.key_dir) in done.stdout
    made = {path.name: path.read_bytes() for path in fresh.key_dir.iterdir()}
    assert set(made) == {f"{name}.key" for name in (*KEY_FILES, AUDIT_KEY)}
    assert {path.stat().st_mode & 0o777 for path in fresh.key_dir.iterdir()} == {0o600}
    assert fresh.key_dir.stat().st_mode & 0o777 == 0o700
    assert not fresh.data_dir.exists()
    again = portal(fresh, "keys", "create")
    assert (again.exit_code, "上書きしません" in again.stderr) == (1, True)
    assert portal(fresh, "init").exit_code == 0
    assert {path.name: path.read_bytes() for path in fresh.key_dir.iterdir()} == made


def test_no_second_keys_are_made_beside_a_database_that_has_some(
    settings: Settings, tmp_path: Path
) -> None:
    mistyped = replace(settings, key_dir=tmp_path / "kyes")
    for command in (("keys", "create"), ("init",), ("db", "upgrade"), ("staff", "list")):
        done = portal(mistyped, *command)
        assert (done.exit_code, "鍵" in done.stderr) == (1, True)
    assert not mistyped.key_dir.exists()


def test_a_mistyped_key_folder_never_gets_keys_from_init(
    empty_database_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        program="demo",
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "kyes",
        environment="test",
        database_url=empty_database_url,
    )
    done = portal(settings, "init")
    assert (done.exit_code, "portal keys create" in done.stderr) == (1, True)
    assert not settings.key_dir.exists()
