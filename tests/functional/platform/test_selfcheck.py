"""The self-check finds what is wrong, says the next step, and tells a machine how bad it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from portal.domain.foundation.actors import Role
from portal.platform.selfcheck.findings import Finding, Level
from portal.platform.selfcheck.registry import run
from portal.platform.selfcheck.subject import Subject
from tests.support.programs.command import CommandLine
from tests.support.resident import Resident, write_program
from tests.support.staff import StaffSite


def checked(resident: Resident, **settings: object) -> dict[str, Finding]:
    site = resident.site
    subject = Subject(
        replace(site.settings, **settings),  # type: ignore[arg-type]
        database=site.database,
        vault=site.vault,
        clock=site.clock,
    )
    return {finding.name: finding for finding in run(subject)}


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
    assert found[0].name.startswith("program.")
    assert "portal program check" in found[0].advice


def test_without_a_database_the_command_says_so_once_and_ends_with_1(tmp_path: Path) -> None:
    done = CommandLine(tmp_path).run("selfcheck", "--json")
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


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.WARD_OFFICER])
def test_administrators_and_officers_see_the_findings(sqlite_staff: StaffSite, role: Role) -> None:
    page = sqlite_staff.enter(sqlite_staff.hire(role)).open("/system")
    assert "データベースにつながり" in page.text
    assert "正常" in page.text


def test_an_agent_does_not_see_the_system(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter(sqlite_staff.hire(Role.AGENT))
    assert visitor.get("/system").status_code == 403
