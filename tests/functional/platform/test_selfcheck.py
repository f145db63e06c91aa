"""The self-check finds what is wrong, says the next step, and tells a machine how bad it is."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.program.deployment import keep_deployment
from portal.domain.foundation.program.models import Deployment
from portal.domain.oversight.disposal.models import Disposal
from portal.domain.oversight.registers.models import SelfCheck
from portal.platform.database import Database, make_engine
from portal.platform.key_rotation import Folder
from portal.platform.selfcheck import clocks, files
from portal.platform.selfcheck.dated import DATED
from portal.platform.selfcheck.findings import Finding, Level
from portal.platform.selfcheck.registry import AT_START, Check, run
from portal.platform.selfcheck.subject import Subject
from tests.support.programs.command import CommandLine
from tests.support.programs.mail import SmtpSink
from tests.support.programs.servers import free_port
from tests.support.programs.sms import SmsGateway
from tests.support.resident import NOON, Resident, write_keys, write_program
from tests.support.staff import StaffSite, hire


def findings(resident: Resident, **settings: object) -> list[Finding]:
    return run(subject_of(resident, **settings))


def subject_of(resident: Resident, **settings: object) -> Subject:
    site = resident.site
    return Subject(
        replace(site.settings, **settings),  # type: ignore[arg-type]
        database=site.database,
        vault=site.vault,
        clock=site.clock,
    )


def checked(resident: Resident, **settings: object) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings(resident, **settings)}


def test_a_database_that_can_be_read_is_well(resident: Resident) -> None:
    assert checked(resident)["database"].level is Level.OK


def test_a_contradiction_of_the_program_is_an_error_and_comes_first(
    sqlite_resident: Resident, tmp_path: Path
) -> None:
    path = write_program(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace('sign_in_to = "2023-12-31"', 'sign_in_to = "2023-06-30"'), "utf-8")
    found = list(checked(sqlite_resident, program=str(path)).values())
    assert found[0].level is Level.ERROR
    assert found[0].name.startswith("program-")
    assert "portal program check" in found[0].advice


@pytest.mark.parametrize(
    ("state", "has_key", "said"),
    [("begun", True, "途中"), ("complete", True, "まだ鍵"), ("complete", False, "残っていません")],
)
def test_after_a_disposal_nothing_that_is_to_be_gone_is_missed(
    sqlite_resident: Resident, tmp_path: Path, state: str, said: str, *, has_key: bool
) -> None:
    person = hire(sqlite_resident.database, NOON, Role.OFFICER, "officer").id
    with sqlite_resident.database.write() as session:
        session.add(
            Disposal(
                state=state, begun_by=person, confirmed_by=person, begun_at=NOON, record={"a": 1}
            )
        )
    if has_key:
        write_keys(tmp_path / "keys")
    found = findings(sqlite_resident, key_dir=tmp_path / "keys")
    assert [(one.name, one.level is Level.OK) for one in found] == [("disposal", not has_key)]
    assert said in found[0].sentence


def test_without_a_database_the_command_says_so_once_and_ends_with_1(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, extra={"PORTAL_ENVIRONMENT": "test"})
    done = line.run("selfcheck", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)["findings"]
    assert [one["name"] for one in found if one["level"] == "error"] == ["database"]
    assert "portal init" in found[0]["sentence"]


def test_a_new_deployment_stands_well_enough_to_be_told_in_sentences(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, program="demo", extra={"PORTAL_ENVIRONMENT": "test"})
    assert line.run("init").returncode == 0
    done = line.run("selfcheck")
    assert done.returncode in (0, 3), done.stdout
    assert "正常: データベースにつながり" in done.stdout


def test_a_new_deployment_in_production_is_told_what_is_missing_and_nothing_else(
    tmp_path: Path,
) -> None:
    line = CommandLine(tmp_path, program="demo", extra={"PORTAL_ENVIRONMENT": "production"})
    assert line.run("init").returncode == 0
    found = json.loads(line.run("selfcheck", "--json").stdout)["findings"]
    by_name = {one["name"]: one for one in found}
    assert by_name["database"]["level"] == "ok"
    assert by_name["backups"]["level"] == "warning"
    assert by_name["test_results"]["level"] == "warning", "a clone carries none"
    assert not [one for one in found if "接続できません" in one["sentence"]]


def test_a_check_that_fails_by_itself_does_not_say_that_the_database_is_away(
    sqlite_resident: Resident,
) -> None:
    def broken(_subject: Subject) -> Iterator[Finding]:
        yield from ()
        raise InvalidRequestError

    found = run(subject_of(sqlite_resident), [Check("broken", broken)])
    assert [(one.name, one.level) for one in found] == [("broken", Level.ERROR)]
    assert "InvalidRequestError" in found[0].sentence
    assert "接続" not in found[0].sentence


def test_on_record_each_check_of_a_program_is_dated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'checks.sqlite3'}"
    line = CommandLine(tmp_path, url, program="demo", extra={"PORTAL_ENVIRONMENT": "test"})
    assert line.run("init").returncode == 0
    line.run("selfcheck")
    assert line.run("selfcheck", "--record").returncode in (0, 3)
    database = Database(make_engine(url))
    with database.read() as session:
        made = session.execute(select(SelfCheck.subject, SelfCheck.made_by)).all()
    database.engine.dispose()
    assert sorted(subject for subject, _by in made) == sorted(DATED)
    assert {by for _subject, by in made} == {None}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.WARD_OFFICER])
def test_administrators_and_officers_see_the_findings(sqlite_staff: StaffSite, role: Role) -> None:
    page = sqlite_staff.enter(sqlite_staff.hire(role)).open("/system")
    assert "データベースにつながり" in page.text
    assert "正常" in page.text


def test_an_agent_does_not_see_the_system(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter(sqlite_staff.hire(Role.AGENT))
    assert visitor.get("/system").status_code == 403


def test_a_mail_server_and_a_gateway_that_answer_are_well(
    sqlite_resident: Resident, smtp_sink: SmtpSink, sms_gateway: SmsGateway
) -> None:
    found = findings(
        sqlite_resident,
        smtp_url=f"smtp://127.0.0.1:{smtp_sink.port}",
        mail_from="ward@example.jp",
        sms_url=sms_gateway.url,
        sms_token="token",
    )
    told = [one for one in found if one.name == "senders"]
    assert [one.level for one in told] == [Level.OK, Level.OK]
    assert sms_gateway.requests == [], "nothing is sent"


def test_a_gateway_that_a_file_describes_is_reached_as_well(
    sqlite_resident: Resident, sms_gateway: SmsGateway, tmp_path: Path
) -> None:
    path = tmp_path / "sms.toml"
    fields = '[fields]\nto = "%(to)s"\ntext = "%(text)s"\n'
    path.write_text(f'url = "{sms_gateway.url}"\n{fields}', "utf-8")
    found = findings(sqlite_resident, sms_file=str(path), sms_token="token")
    (told,) = [one for one in found if one.name == "senders"]
    assert told.level is Level.OK
    assert "PORTAL_SMS_FILE" in told.sentence


def test_a_mail_server_that_does_not_answer_is_named_without_its_password(
    sqlite_resident: Resident,
) -> None:
    port = free_port()
    url = f"smtp://ward:s3cret@127.0.0.1:{port}"
    found = findings(sqlite_resident, smtp_url=url, mail_from="ward@example.jp")
    (told,) = [one for one in found if one.name == "senders"]
    assert told.level is Level.WARNING
    assert f"127.0.0.1:{port}" in told.sentence
    assert "s3cret" not in told.sentence + told.advice


def test_a_full_disk_is_an_error_and_a_fuller_one_a_warning(
    sqlite_resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(sqlite_resident.site.settings.data_dir).free
    monkeypatch.setattr(files, "LITTLE", free * 2)
    assert checked(sqlite_resident)["disk"].level is Level.WARNING
    monkeypatch.setattr(files, "TOO_LITTLE", free * 2)
    assert checked(sqlite_resident)["disk"].level is Level.ERROR


@pytest.mark.parametrize(("seconds", "level"), [(0, Level.OK), (5, Level.WARNING)])
@pytest.mark.asvs("16.2.2")
def test_a_database_with_another_time_is_told(
    sqlite_resident: Resident, monkeypatch: pytest.MonkeyPatch, seconds: int, level: Level
) -> None:
    ahead = DatabaseClock(timedelta(seconds=seconds))
    monkeypatch.setattr(clocks, "DatabaseClock", lambda: ahead)
    assert checked(sqlite_resident)["clocks"].level is level


@pytest.mark.asvs("16.2.2")
def test_a_database_half_a_minute_away_stops_production(
    sqlite_resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "DatabaseClock", lambda: DatabaseClock(timedelta(seconds=-40)))
    found = checked(sqlite_resident, environment="production")["clocks"]
    assert found.level is Level.ERROR
    assert "40" in found.sentence
    assert "clocks" in {check.name for check in AT_START}


def test_a_server_that_loses_what_it_acknowledged_stops_production(
    postgres_database: Database, sqlite_resident: Resident
) -> None:
    """The tests' own server runs without fsync, as a ward's must not."""
    site = replace(sqlite_resident.site, database=postgres_database)
    resident = replace(sqlite_resident, site=site)
    found = checked(resident, environment="production")["durability"]
    assert found.level is Level.ERROR
    assert "fsync=off" in found.sentence
    assert "durability" not in checked(resident)


def test_a_key_older_than_a_year_and_one_that_is_being_replaced_are_told(
    sqlite_resident: Resident, tmp_path: Path
) -> None:
    keys = write_keys(tmp_path / "keys")
    known = Deployment(program="sample", key_check=b"", created_at=sqlite_resident.now)
    with sqlite_resident.database.write() as session:
        keep_deployment(session, known)
    assert checked(sqlite_resident, key_dir=keys)["key_ages"].level is Level.OK
    Folder(keys, "kek").begin()
    told = checked(sqlite_resident, key_dir=keys)["key_ages"]
    assert told.level is Level.WARNING
    assert "portal keys status" in told.advice
    (keys / "kek.2.next.key").unlink()
    peppers = Folder(keys, "pepper")
    peppers.begin()
    assert checked(sqlite_resident, key_dir=keys)["key_ages"].level is Level.WARNING
    peppers.promote()
    assert checked(sqlite_resident, key_dir=keys)["key_ages"].level is Level.OK
    sqlite_resident.clock.advance(minutes=366 * 24 * 60)
    told = checked(sqlite_resident, key_dir=keys)["key_ages"]
    assert "366日" in told.sentence
    assert "portal keys rotate" in told.advice


def test_keys_beside_the_data_are_told_in_production(
    sqlite_resident: Resident, tmp_path: Path
) -> None:
    places = {"data_dir": tmp_path / "data", "backup_dir": tmp_path / "backups"}
    for inside in places.values():
        found = checked(
            sqlite_resident, environment="production", key_dir=inside / "keys", **places
        )
        assert found["key_separation"].level is Level.WARNING
        assert str(inside) in found["key_separation"].sentence
    apart = checked(
        sqlite_resident, environment="production", key_dir=tmp_path / "elsewhere", **places
    )
    assert apart["key_separation"].level is Level.OK


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("https://coupon.example.jp", Level.OK),
        ("https://10.0.0.5", Level.WARNING),
        ("http://coupon.example.jp", Level.WARNING),
    ],
)
def test_an_address_for_which_no_passkey_is_made_is_told(
    resident: Resident, address: str, level: Level
) -> None:
    found = checked(resident, environment="production", public_url=address)["passkeys"]
    assert found.level is level
    assert level is Level.OK or address in found.sentence


@pytest.mark.parametrize(
    ("proxies", "networks", "level"),
    [
        (("10.1.0.5",), ("10.1.0.0/16",), Level.OK),
        (("10.1.0.0/24",), ("192.0.2.0/24", "2001:db8::/32"), Level.OK),
        (("10.0.0.0/8",), ("192.0.2.0/24",), Level.WARNING),
        (("10.0.0.0/8",), ("10.1.2.0/24",), Level.ERROR),
        (("10.1.0.5", "10.1.0.0/24"), ("10.1.0.0/16",), Level.ERROR),
        (("::/0",), ("2001:db8::/48",), Level.ERROR),
    ],
)
def test_proxies_among_which_somebody_works_could_name_any_address(
    resident: Resident, proxies: tuple[str, ...], networks: tuple[str, ...], level: Level
) -> None:
    """Whoever sits among our own proxies would get in as any registered office."""
    changed = {"trusted_proxies": proxies, "admin_networks": networks}
    found = checked(resident, environment="production", **changed)["proxies"]
    assert found.level is level, found.sentence
