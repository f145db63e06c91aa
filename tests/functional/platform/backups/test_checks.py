"""A backup is proved by restoring it: its verdict, its drill, and the rehearsal of an upgrade."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from portal.domain.mailroom.roster.models import StagedHousehold
from portal.domain.oversight.copies.kinds import CopyKind, Outcome
from portal.domain.oversight.copies.queries import drills, kept_copies, last_drill
from portal.platform.backups.identities import make_identity
from portal.platform.database import opened
from portal.platform.roles import APPENDS, WRITES, apply_roles
from portal.settings import Settings
from tests.functional.platform.backups.conftest import OWNER, Deployed, NewUrl
from tests.support.databases.stored import FOLDER, Stored, stored
from tests.support.mailroom.roster import Ward

pytestmark = pytest.mark.matrix


def places(deployed: Deployed) -> list[str]:
    return [path.name for path in deployed.data.parent.iterdir()]


def test_a_verdict_names_children_and_yen_and_leaves_nothing(deployed: Deployed) -> None:
    file = deployed.backup()
    before, figures = places(deployed), deployed.figures()
    done = deployed.done("verify-backup", file, "--identity", deployed.identity, "--json")
    said = json.loads(done.stdout)
    assert (said["good"], said["children"], said["yen"]) == (True, figures.children, figures.yen)
    assert said["rows_opened"] >= figures.households + figures.children
    assert places(deployed) == before


def test_rows_that_the_keys_do_not_open_are_a_fault(deployed: Deployed) -> None:
    deployed.execute("UPDATE household SET sealed = wrapped_key WHERE id = 1")
    done = deployed.run("verify-backup", deployed.backup(), "--identity", deployed.identity)
    assert done.exit_code == 1
    assert "復号できません" in done.stderr
    assert "問題があります" in done.stderr


def test_an_extract_that_waits_is_no_fault(deployed: Deployed, tmp_path: Path) -> None:
    """Of a household without its householder's row nothing is stored, so it has no key."""
    with opened(deployed.settings.database_url) as database:
        waiting = Ward(database, tmp_path / "later").hand_over(
            lambda extract: extract.families[0].people.pop(0)
        )
        with database.read() as session:
            assert session.query(StagedHousehold).filter_by(wrapped_key=b"").count() == 1
    assert waiting.state == "staged"
    deployed.done("verify-backup", deployed.backup(), "--identity", deployed.identity)


def test_a_drill_is_recorded_with_its_time_and_age(deployed: Deployed) -> None:
    deployed.backup()
    figures = deployed.figures()
    done = deployed.done("backup", "drill", "--identity", deployed.identity)
    assert "訓練 1 として記録しました" in done.stdout
    with opened(deployed.settings.database_url) as database, database.read() as session:
        (row,) = drills(session)
        assert (row.outcome, row.children, row.yen) == (
            Outcome.SAME,
            figures.children,
            figures.yen,
        )
        assert row.restore_ms > 0
        assert 0 <= row.age_s < 3_600
        assert kept_copies(session, CopyKind.DRILL) == []
        assert [copy.owner for copy in kept_copies(session)] == [OWNER]


def test_a_drill_that_cannot_restore_is_recorded_too(deployed: Deployed, tmp_path: Path) -> None:
    deployed.backup()
    other = tmp_path / "other"
    make_identity(other)
    assert "この鍵では開けません" in deployed.refused("backup", "drill", "--identity", other)
    with opened(deployed.settings.database_url) as database, database.read() as session:
        assert [row.outcome for row in drills(session)] == [Outcome.FAILED]
        assert kept_copies(session, CopyKind.DRILL) == []


@pytest.fixture
def application(on_postgres: Deployed) -> Iterator[Deployed]:
    """The same deployment in the name of the role of the sites, which owns no tables."""
    name = f"portal_app_{os.getpid()}"
    with opened(on_postgres.settings.database_url) as database:
        apply_roles(database.engine, name, "a password")
    url = make_url(on_postgres.settings.database_url).set(username=name, password="a password")
    own = replace(on_postgres.settings, database_url=url.render_as_string(hide_password=False))
    yield replace(on_postgres, settings=own)
    for role in (name, WRITES, APPENDS):
        on_postgres.execute(f"DROP OWNED BY {role}")
    on_postgres.execute(f"DROP ROLE {name}")


def test_a_backup_in_the_name_of_the_application_names_the_owner(application: Deployed) -> None:
    assert "表を持つ利用者" in application.refused("backup")
    assert not list(application.settings.backup_dir.glob("*.age"))


def test_a_drill_for_which_no_place_can_be_made_says_nothing_of_the_backup(
    on_postgres: Deployed, application: Deployed
) -> None:
    on_postgres.backup()
    said = application.refused("backup", "drill", "--identity", application.identity)
    assert "CREATEDB" in said
    with opened(on_postgres.settings.database_url) as database, database.read() as session:
        assert last_drill(session) is None


def test_without_a_backup_a_drill_says_so(deployed: Deployed) -> None:
    said = deployed.refused("backup", "drill", "--identity", deployed.identity)
    assert "portal backup" in said


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Stored:
    return stored("0.1.0", request.param)


@pytest.fixture
def old(request: pytest.FixtureRequest, kept: Stored, tmp_path: Path) -> Deployed:
    """The stored database of version 0.1.0, with its keys, before anybody upgraded it."""
    name = "new_sqlite" if kept.engine == "sqlite" else "new_postgres"
    new: NewUrl = request.getfixturevalue(name)
    url = new(False)
    kept.restore(url)
    data = tmp_path / "live" / "data"
    shutil.copytree(FOLDER / kept.version / "keys", data / "keys")
    settings = Settings(
        program="demo",
        data_dir=data,
        key_dir=data / "keys",
        environment="test",
        database_url=url,
        backup_dir=tmp_path / "backups",
        backup_owner=OWNER,
    )
    identity = tmp_path / "identity"
    return Deployed(settings, make_identity(identity), identity)


def test_an_old_release_is_backed_up_rehearsed_and_upgraded(old: Deployed) -> None:
    status = old.run("db", "status")
    assert status.exit_code == 3
    assert "portal db upgrade" in status.stdout
    before = old.figures()
    file = old.backup()
    done = old.done("db", "rehearse", "--identity", old.identity)
    assert "表を 0001 から" in done.stdout
    assert "番号を付けません" in done.stderr
    assert old.run("db", "status").exit_code == 3  # the live one was not touched
    old.done("db", "upgrade")
    after = old.figures()
    assert (after.states, after.audit_position) == (before.states, before.audit_position)
    old.done("verify-backup", file, "--identity", old.identity)
    again = old.done("db", "rehearse", "--backup", file, "--identity", old.identity)
    assert "番号を付けません" not in again.stderr
    assert "更新の予行" in old.done("copies", "list", "--all").stdout


def test_a_backup_of_an_old_release_is_restored_and_then_upgraded(
    old: Deployed, kept: Stored, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    file = old.backup()
    new: NewUrl = request.getfixturevalue(
        "new_sqlite" if kept.engine == "sqlite" else "new_postgres"
    )
    place = old.moved(tmp_path / "elsewhere", new(False))
    done = place.done("restore", file, "--identity", old.identity, "--live")
    assert "portal db upgrade" in done.stdout
    place.done("db", "upgrade")
    assert place.figures().states == old.figures().states


def test_an_owner_is_needed_for_every_copy(deployed: Deployed) -> None:
    nobody = replace(deployed, settings=replace(deployed.settings, backup_owner=""))
    assert "PORTAL_BACKUP_OWNER" in nobody.refused("backup")
    deployed.backup()
    for words in (("backup", "drill"), ("db", "rehearse")):
        said = nobody.refused(*words, "--identity", deployed.identity)
        assert "PORTAL_BACKUP_OWNER" in said
