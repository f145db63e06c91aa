"""``portal person-lists trace`` as a person of the ward runs it."""

from pathlib import Path

import pytest

from portal.cli.context import WITH_HOLDS
from portal.cli.oversight.person_lists import person_lists
from portal.domain.foundation.actors import Actor, Organization, Role
from tests.functional.oversight.person_lists.support import fetched
from tests.functional.oversight.settlement.test_cli import Desk
from tests.support.oversight.settlement import Ending, end_program
from tests.support.proofs import invoke
from tests.support.staff import StaffSite


@pytest.fixture
def desk(sqlite_staff: StaffSite, tmp_path: Path) -> Desk:
    """The command line of the site's database."""
    actor = Actor(Role.WARD_OFFICER, None, Organization.WARD)
    return Desk(Ending(sqlite_staff.database, tmp_path, end_program(), actor, actor))


def test_the_command_names_the_list_and_is_on_record(
    sqlite_staff: StaffSite, desk: Desk, tmp_path: Path
) -> None:
    number, body, _workbook = fetched(sqlite_staff)
    auditor = sqlite_staff.hire(Role.AUDITOR)
    leaked, strange = tmp_path / "leaked.bin", tmp_path / "strange.csv"
    leaked.write_bytes(body)
    strange.write_text("手紙番号,状態\n", encoding="cp932")
    done = invoke(person_lists, ["trace", leaked, "--by", auditor.login], desk)
    assert done.exit_code == 0, done.output
    for words in (f"第{number}号", "職員 officer", "区 子育て支援課 係長", "ファイルそのもの"):
        assert words in done.output
    (event,) = sqlite_staff.events("person_list.traced")
    assert event.detail["certain"] == [number]
    nothing = invoke(person_lists, ["trace", strange, "--by", auditor.login], desk)
    assert nothing.exit_code == WITH_HOLDS
    assert "どの一覧とも合いません" in nothing.output


def test_only_the_ward_traces(sqlite_staff: StaffSite, desk: Desk, tmp_path: Path) -> None:
    leaked = tmp_path / "leaked.csv"
    leaked.write_text("x", encoding="utf-8")
    officer = sqlite_staff.hire(Role.OFFICER)
    refused = invoke(person_lists, ["trace", leaked, "--by", officer.login], desk)
    assert refused.exit_code == 1
    assert sqlite_staff.events("person_list.traced") == []
