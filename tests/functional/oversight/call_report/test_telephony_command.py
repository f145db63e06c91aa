"""`portal telephony`: what the page takes in, from the command line, with the same refusals."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select

from portal.cli.contacts.telephony import telephony
from portal.cli.context import Context
from portal.domain.contacts.telephony.models import CountDay
from portal.domain.foundation.actors import Role
from tests.support.contacts.call_month import JULY, as_file, invent_counts
from tests.support.proofs import invoke
from tests.support.resident import write_keys
from tests.support.staff import StaffSite


class Line:
    """The command line beside a staff site, with a supervisor and a file of July's first days."""

    def __init__(self, staff: StaffSite, folder: Path) -> None:
        self.staff, self.by = staff, staff.hire(Role.SUPERVISOR).login
        self.file = folder / "counts.csv"
        self.write(5)

    def write(self, seed: int) -> None:
        self.file.write_bytes(
            as_file(invent_counts(JULY, JULY.replace(day=4), seed, halves=(18, 19)))
        )

    def run(self, *words: str) -> Result:
        url = self.staff.database.engine.url.render_as_string(hide_password=False)
        keys = write_keys(self.staff.folder / "keys")
        context = Context(
            replace(self.staff.site.settings, database_url=url, program="sample", key_dir=keys)
        )
        try:
            return invoke(telephony, words, context)
        finally:
            context.database().engine.dispose()

    def take(self, *words: str) -> dict[str, Any]:
        done = self.run(
            "import", str(self.file), "--layout", "by_language", "--by", self.by, "--json", *words
        )
        assert done.exit_code == 0, done.output
        said: dict[str, Any] = json.loads(done.stdout)
        return {name: said[name] if name == "dry_run" else len(said[name]) for name in said}

    @property
    def days(self) -> int:
        with self.staff.database.read() as session:
            return len(
                session.scalars(select(CountDay).where(CountDay.replaced_at.is_(None))).all()
            )


@pytest.fixture
def line(sqlite_staff: StaffSite, tmp_path: Path) -> Line:
    return Line(sqlite_staff, tmp_path)


def test_a_file_counts_once_and_other_numbers_need_a_reason(line: Line) -> None:
    assert line.take("--dry-run") == {"new": 4, "same": 0, "replaced": 0, "dry_run": True}
    assert line.days == 0
    assert line.take()["new"] == 4
    assert line.take()["same"] == 4
    line.write(6)
    refused = line.run("import", str(line.file), "--layout", "by_language", "--by", line.by)
    assert refused.exit_code == 1
    assert "2023-07-03: 着信" in refused.stderr
    assert "--reason" in refused.stderr
    assert line.take("--reason", "corrected")["replaced"] == 4
    assert line.days == 4


def test_a_typed_day_and_the_month_that_still_lacks_days(line: Line) -> None:
    typed = ("day", "2023-07-03", "--by", line.by)
    assert line.run(*typed, "--calls", "ja=12,10,2", "--calls", "en=3,3,0,3,600,90").exit_code == 0
    shown = line.run("show", "2023-07")
    assert shown.exit_code == 3
    assert "2023-07-03: 着信15、応答13、放棄2" in shown.stdout
    assert "2023-07-04" in shown.stderr
    for calls, said in (
        ("ja=1,2,0", "answered_ja"),
        ("ja=x,0,0", "offered_ja"),
        ("fr=1,1,0", "fr=1,1,0"),
    ):
        refused = line.run(*typed, "--calls", calls)
        assert (refused.exit_code, said in refused.stderr) == (1, True), refused.output


def test_who_may_not_keep_the_report_and_unknown_forms_are_refused(line: Line) -> None:
    agent = line.staff.hire(Role.AGENT).login
    assert (
        line.run("import", str(line.file), "--layout", "by_language", "--by", agent).exit_code == 1
    )
    assert line.run("import", str(line.file), "--layout", "nothing", "--by", line.by).exit_code == 1
    assert "by_language" in line.run("layouts").stdout
    assert line.days == 0
