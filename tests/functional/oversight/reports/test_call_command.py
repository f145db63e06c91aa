"""`portal report calls`: the same report as on the page, as files and as JSON."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from portal.cli.context import Context
from portal.cli.oversight.report import report
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.oversight.reports.calls.report import KIND
from portal.domain.oversight.reports.monthly import services as monthly
from tests.support.contacts.call_month import CHECK_DAY, JULY, fill
from tests.support.reading import pdf
from tests.support.resident import write_keys
from tests.support.staff import StaffSite
from tests.support.work import work_in


def portal(staff: StaffSite, *words: str) -> Result:
    url = staff.database.engine.url.render_as_string(hide_password=False)
    keys = write_keys(staff.folder / "keys")
    settings = replace(
        staff.site.settings,
        database_url=url,
        program="sample",
        key_dir=keys,
    )
    context = Context(settings)
    try:
        return CliRunner().invoke(report, ["calls", *words], obj=context)
    finally:
        context.database().engine.dispose()


def test_a_checked_report_is_written_as_pdf_and_workbook(staff: StaffSite, tmp_path: Path) -> None:
    lead, second = staff.hire(Role.SUPERVISOR).id, staff.hire(Role.OFFICER).id
    month = fill(staff.database, staff.site.program, staff.hire(Role.AGENT).id, lead)
    with staff.database.write() as session:
        actor = Actor(Role.SUPERVISOR, lead, Organization.CONTRACTOR)
        monthly.check(work_in(session, actor, CHECK_DAY, program=staff.site.program), KIND, JULY)
        other = Actor(Role.OFFICER, second, Organization.CONTRACTOR)
        monthly.submit(work_in(session, other, CHECK_DAY + timedelta(days=1)), KIND.key(JULY), 1)
    done = portal(staff, "2023-07", "--out", str(tmp_path / "out"), "--json")
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    assert (said["month"], said["state"], said["version"], said["missing"]) == (
        "2023-07",
        "submitted",
        1,
        [],
    )
    offered = sum(row[3] for row in month.counted(JULY, JULY + timedelta(days=30)))
    assert said["report"]["tables"][0]["rows"][0][:2] == ["着信", offered]
    text = "".join(pdf.text((tmp_path / "out" / "calls-2023-07-1.pdf").read_bytes()))
    assert f"{offered:,}" in text
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "calls-2023-07-1.xlsx"))
    assert book.get_sheet_by_index(1).to_python()[1][:2] == ["着信", float(offered)]


def test_a_draft_that_lacks_counts_ends_with_3_and_says_which_days(
    sqlite_staff: StaffSite, tmp_path: Path
) -> None:
    done = portal(sqlite_staff, "2023-07", "--out", str(tmp_path))
    assert done.exit_code == 3
    assert "次の営業日の電話の数字がありません: 7/3、" in done.stderr
    assert "下書き" in done.stdout
    assert (tmp_path / "calls-2023-07-draft.pdf").is_file()


def test_another_month_is_refused(sqlite_staff: StaffSite) -> None:
    for month, said in (
        ("2023-13", "2023-07 のように"),
        ("7月", "2023-07 のように"),
        ("2023-05", "この月の報告書はありません"),
    ):
        done = portal(sqlite_staff, month)
        assert done.exit_code == 1
        assert said in done.stderr
