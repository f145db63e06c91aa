"""The database's roles: the application changes no table and rewrites no ledger."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.people.households.models import Household
from portal.domain.tables import metadata
from portal.platform.append_only import LEDGERS
from portal.platform.database import Database, make_engine, opened
from portal.platform.migrations import upgrade_tables
from portal.platform.roles import APPENDS, WRITES, apply_roles, renew_grants
from tests.support.coupons import NOW, VAULT
from tests.support.mailroom.roster import Ward
from tests.support.people import add_household
from tests.support.programs.command import CommandLine, sentence

LOGIN = f"portal_app_{os.getpid()}"
ROW = (
    "INSERT INTO audit_event (at, actor_role, channel, action, subject, detail)"
    " VALUES (now(), 'system', 'portal', 'test', 'test', '{}')"
)
DENIED = "42501"
PASSWORD = "a password"


@pytest.fixture
def given(postgres_database: Database) -> Iterator[Engine]:
    """A database whose roles have their rights; the roles are the cluster's, and others use it."""
    engine = postgres_database.engine
    apply_roles(engine, LOGIN, PASSWORD)
    yield engine
    for role in (LOGIN, WRITES, APPENDS):
        with engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
        with contextlib.suppress(DBAPIError), engine.begin() as connection:
            connection.execute(text(f"DROP ROLE {role}"))


def as_application(engine: Engine) -> str:
    """The address with which the application's role signs in."""
    url = engine.url.set(username=LOGIN, password=PASSWORD)
    return url.render_as_string(hide_password=False)


def refused(engine: Engine, statement: str) -> str:
    """The code with which the application's role is refused; empty where it is let."""
    with engine.connect() as connection:
        connection.execute(text(f"SET ROLE {LOGIN}"))
        try:
            connection.execute(text(statement))
        except ProgrammingError as error:
            return str(getattr(error.orig, "sqlstate", ""))
        finally:
            connection.rollback()
    return ""


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.asvs("16.4.2")
def test_a_ledger_is_added_to_and_never_rewritten(given: Engine, ledger: str) -> None:
    assert refused(given, f"SELECT count(*) FROM {ledger}") == ""
    assert refused(given, f"DELETE FROM {ledger}") == DENIED
    column = metadata.tables[ledger].columns.keys()[0]
    assert refused(given, f"UPDATE {ledger} SET {column} = {column}") == DENIED
    assert refused(given, f"TRUNCATE {ledger}") == DENIED


@pytest.mark.asvs("13.2.2")
def test_the_application_records_events_and_changes_no_table(given: Engine) -> None:
    assert refused(given, ROW) == ""
    assert refused(given, "UPDATE household SET changed_at = now()") == ""
    assert refused(given, "CREATE TABLE extra (id int)") == DENIED
    assert refused(given, "ALTER TABLE household ADD COLUMN extra int") == DENIED
    assert refused(given, "DROP TABLE household") == DENIED
    assert refused(given, "UPDATE alembic_version SET version_num = '0001'") == DENIED
    assert refused(given, "SELECT version_num FROM alembic_version") == ""


def test_the_application_takes_in_a_wards_first_extract(
    given: Engine, postgres_database: Database, tmp_path: Path
) -> None:
    with opened(as_application(given)) as mine:
        Ward(mine, tmp_path).hand_over()
    with postgres_database.write() as session:
        households = session.scalars(select(Household.id)).all()
        assert len(households) == 12
        assert add_household(session, VAULT, "9912345678", NOW) == max(households) + 1


def test_a_later_table_is_the_applications_too_and_the_rights_can_be_given_again(
    given: Engine,
) -> None:
    with given.begin() as connection:
        connection.execute(text("CREATE TABLE later (id bigint)"))
    assert refused(given, "INSERT INTO later VALUES (1)") == ""
    assert renew_grants(given)
    with given.begin() as connection:
        connection.execute(text("DROP TABLE later"))


def test_every_ledger_is_a_table() -> None:
    assert set(LEDGERS) <= set(metadata.tables)


def test_the_command_prints_the_rights_and_gives_them(given: Engine, tmp_path: Path) -> None:
    url = given.url.render_as_string(hide_password=False)
    portal = CommandLine(tmp_path, url)
    printed = portal.run("db", "roles", "--login", LOGIN)
    assert printed.returncode == 0, printed.stderr
    assert "GRANT SELECT, INSERT ON audit_event" in printed.stdout
    assert printed.stdout.rstrip().endswith(";")
    done = portal.run("db", "roles", "--login", LOGIN, "--apply")
    assert (done.returncode, LOGIN in done.stdout) == (0, True), done.stderr


@pytest.mark.asvs("13.2.1")
def test_the_application_signs_in_with_the_password_of_its_own_address(
    given: Engine, tmp_path: Path
) -> None:
    own = given.url.set(username=LOGIN, password="p@ss 'word").render_as_string(hide_password=False)
    (tmp_path / "address").write_text(own + "\n")
    portal = CommandLine(tmp_path, given.url.render_as_string(hide_password=False))
    done = portal.run("db", "roles", "--application", tmp_path / "address", "--apply")
    assert done.returncode == 0, done.stderr
    engine = make_engine(own)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == LOGIN
        with pytest.raises(ProgrammingError):
            connection.execute(text("DELETE FROM audit_event"))
    engine.dispose()


def test_a_role_that_no_site_could_sign_in_as_is_not_made(
    postgres_database: Database, tmp_path: Path
) -> None:
    url = postgres_database.engine.url
    portal = CommandLine(tmp_path, url.render_as_string(hide_password=False))
    name = f"portal_new_{os.getpid()}"
    done = portal.run("db", "roles", "--login", name, "--apply")
    assert done.returncode == 1
    assert "--application" in sentence(done)
    without = f"postgresql://{name}@{url.host}:{url.port}/{url.database}"
    (tmp_path / "address").write_text(without)
    done = portal.run("db", "roles", "--application", tmp_path / "address", "--apply")
    assert "--application" in sentence(done)
    with postgres_database.read() as session:
        known = text("SELECT count(*) FROM pg_roles WHERE rolname = :name")
        assert session.scalar(known, {"name": name}) == 0


def test_an_owner_who_may_make_no_roles_is_told_what_is_missing(
    given: Engine, tmp_path: Path
) -> None:
    own = given.url.set(username=f"other_{LOGIN}", password="x").render_as_string(
        hide_password=False
    )
    (tmp_path / "address").write_text(own)
    done = CommandLine(tmp_path, as_application(given)).run(
        "db", "roles", "--application", tmp_path / "address", "--apply"
    )
    assert done.returncode == 1
    assert "CREATEROLE" in sentence(done)


def test_an_upgrade_in_the_name_of_the_application_names_the_owner(given: Engine) -> None:
    with given.begin() as connection:
        newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0021'"))
    try:
        with (
            opened(as_application(given)) as mine,
            pytest.raises(NotAllowedError, match="表を持つ利用者"),
        ):
            upgrade_tables(mine.engine)
    finally:
        with given.begin() as connection:
            set_back = text("UPDATE alembic_version SET version_num = :newest")
            connection.execute(set_back, {"newest": newest})


def test_sqlite_has_no_roles_and_a_strange_name_is_refused(sqlite_database: Database) -> None:
    with pytest.raises(InputError):
        apply_roles(sqlite_database.engine)
    assert not renew_grants(sqlite_database.engine)
    engine = make_engine("postgresql://portal@127.0.0.1:9/portal")
    with pytest.raises(InputError):
        apply_roles(engine, 'x"; DROP TABLE household')
    engine.dispose()
