"""``portal audit`` as the ward and an operator use it, and what the self-check says."""

import json
from pathlib import Path

import pytest

from portal.domain.foundation.audit.heads import FILE
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import DatabaseClock
from portal.platform.append_only import expected_triggers, open_ledgers
from portal.platform.database import Database, make_engine
from portal.platform.selfcheck.audit import check_audit
from portal.platform.selfcheck.subject import Subject
from portal.settings import Settings
from tests.support.programs.command import CommandLine, sentence
from tests.support.work import work_in

UNTOUCHED = (0, 3)
"""Nothing was changed; 3 on a slow machine: what a seal itself recorded waits for the next."""


@pytest.fixture
def portal(database_url: str, tmp_path: Path) -> CommandLine:
    """A deployment with a few sealed events and a folder of the ward."""
    (tmp_path / "ward").mkdir()
    extra = {"PORTAL_ENVIRONMENT": "test", "PORTAL_AUDIT_HEADS": str(tmp_path / "ward")}
    made = CommandLine(tmp_path / "data", database_url, language="en", extra=extra)
    made.set_up()
    happen(made, 5)
    seal(made)
    return made


def happen(portal: CommandLine, number: int) -> None:
    """Let something be recorded."""
    database = Database(make_engine(portal.database_url))
    with database.write() as session:
        now = DatabaseClock().now(session)
        for one in range(number):
            record(work_in(session, now=now), "act", "test", one)
    database.engine.dispose()


def seal(portal: CommandLine) -> None:
    """Let a worker seal all that waits; what this records itself is sealed by the next."""
    done = portal.run("work", "--once", "seal", "--json")
    assert done.returncode == 0, done.stderr


def execute(portal: CommandLine, *statements: str) -> None:
    """Change the database as its administrator."""
    engine = make_engine(portal.database_url)
    with engine.begin() as connection:
        open_ledgers(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def check(portal: CommandLine) -> dict[str, str]:
    """What the self-check says of the audit: levels by name."""
    settings = Settings(
        program="sample",
        data_dir=portal.data_dir,
        key_dir=portal.data_dir / "keys",
        environment="test",
        database_url=portal.database_url,
        audit_heads=Path(portal.extra["PORTAL_AUDIT_HEADS"]),
    )
    subject = Subject(settings)
    try:
        return {one.name: one.level.value for one in check_audit(subject)}
    finally:
        subject.close()


def test_a_whole_chain_is_told_and_ends_with_0(portal: CommandLine) -> None:
    done = portal.run("audit", "verify")
    assert done.returncode == 0, done.stderr
    assert "Nothing was found that was changed" in done.stdout
    found = json.loads(portal.run("audit", "verify", "--json").stdout)
    assert (found["whole"], found["found"], found["outside"]) == (True, 0, 1)
    assert found["events"] == found["seq"] >= 5


def test_a_changed_event_ends_with_1_and_says_where(portal: CommandLine) -> None:
    execute(portal, "UPDATE audit_event SET actor_id = 9 WHERE id = 2")
    done = portal.run("audit", "verify")
    assert done.returncode == 1
    assert "Number 2: the event was changed after it was sealed" in done.stderr


def test_events_without_a_seal_end_with_3(portal: CommandLine) -> None:
    happen(portal, 1)
    execute(portal, AN_HOUR_AGO[portal.database_url[:6]])
    done = portal.run("audit", "verify")
    assert done.returncode == 3, done.stdout + done.stderr
    assert check(portal)["audit_unsealed"] == "error"


AN_HOUR_AGO = {
    "sqlite": "UPDATE audit_event SET at = '2020-01-01 00:00:00.000000'"
    " WHERE id = (SELECT max(id) FROM audit_event)",
    "postgr": "UPDATE audit_event SET at = now() - interval '1 hour'"
    " WHERE id = (SELECT max(id) FROM audit_event)",
}


def test_the_ward_checks_with_its_own_key_file_and_paper_alone(
    portal: CommandLine, tmp_path: Path
) -> None:
    key = portal.run("audit", "key").stdout.strip()
    line = json.loads(portal.run("audit", "head").stdout)
    (portal.data_dir / "keys" / "audit.key").unlink()
    assert "--public-key" in sentence(portal.run("audit", "verify"))
    assert portal.run("audit", "verify", "--public-key", key).returncode in UNTOUCHED
    printed = f"{line['seq']}:{line['hash']}"
    right = ("audit", "verify", "--public-key", key, "--printed")
    assert portal.run(*right, printed).returncode in UNTOUCHED
    assert portal.run(*right, f"{line['seq']}:{'00' * 32}").returncode == 1
    assert portal.run("audit", "verify", "--public-key", "00" * 32).returncode == 1


def test_without_the_ward_s_file_a_cut_off_chain_looks_whole_and_with_it_does_not(
    portal: CommandLine, tmp_path: Path
) -> None:
    happen(portal, 3)
    seal(portal)
    execute(
        portal,
        "DELETE FROM audit_seal WHERE seq > 2",
        "DELETE FROM audit_event WHERE id > 2",
        "DELETE FROM audit_head",
    )
    assert portal.run("audit", "verify").returncode == 1
    assert check(portal)["audit_changed"] == "error"
    (tmp_path / "ward" / FILE).unlink()
    assert portal.run("audit", "verify").returncode in UNTOUCHED


def test_missing_triggers_are_an_error_and_an_upgrade_makes_them_again(
    tmp_path: Path, portal: CommandLine
) -> None:
    if portal.database_url.startswith("postgresql"):
        # the role of these tests owns the tables, as no site's role should
        assert check(portal)["audit_ledgers"] == "warning"
        return
    execute(portal)  # takes them away
    assert check(portal)["audit_ledgers"] == "error"
    assert portal.run("db", "upgrade").returncode == 0
    assert "audit_ledgers" not in check(portal)
    engine = make_engine(portal.database_url)
    with engine.connect() as connection:
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        assert connection.exec_driver_sql(query).scalar_one() == len(expected_triggers())
    engine.dispose()


def test_a_machine_without_the_key_seals_and_says_that_it_cannot_sign(
    portal: CommandLine,
) -> None:
    (portal.data_dir / "keys" / "audit.key").unlink()
    happen(portal, 2)
    seal(portal)
    assert check(portal)["audit_key"] == "warning"
    execute(portal)
    assert portal.run("db", "upgrade").returncode == 0
    assert not (portal.data_dir / "keys" / "audit.key").exists()  # there are heads of the old one


def test_a_key_that_is_lost_is_made_anew_by_the_ward_and_both_are_needed_for_the_check(
    portal: CommandLine,
) -> None:
    former = portal.run("audit", "key").stdout.strip()
    account = ("--login", "ward", "--name", "区", "--organization", "ward")
    assert portal.run("staff", "add", *account, "--role", "ward_officer").returncode == 0
    assert portal.run("audit", "new-key", "--by", "ward").returncode == 1  # it is there
    (portal.data_dir / "keys" / "audit.key").unlink()
    made = portal.run("audit", "new-key", "--by", "ward")
    assert made.returncode == 0, made.stderr
    assert portal.run("audit", "verify", "--public-key", made.stdout.strip()).returncode == 1
    both = ("--public-key", made.stdout.strip(), "--public-key", former)
    assert portal.run("audit", "verify", *both).returncode in UNTOUCHED
