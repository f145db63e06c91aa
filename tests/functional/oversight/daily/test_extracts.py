"""The ward's extract is checked, imported and applied from pages, as the command does it."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.jobs import begun
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.mailroom.roster.checks.check import check_file
from portal.domain.mailroom.roster.checks.towns import rules_of
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.people.households.models import Child, Household
from tests.functional.mailroom.admin.test_roster import moved, protected
from tests.support.mailroom.roster import Ward, enter_sheet
from tests.support.oversight.daily import Desk
from tests.support.staff import StaffSite

FORM = {"layout": "sample"}


@pytest.fixture
def desk(staff: StaffSite, tmp_path: Path) -> Desk:
    return Desk(staff, tmp_path)


@pytest.fixture
def ward(staff: StaffSite, tmp_path: Path) -> Ward:
    return Ward(staff.database, tmp_path)


def sheet_of(desk: Desk, path: Path) -> None:
    program = desk.site.program
    report = check_file(path, find_layout("sample"), rules_of(program, extracted=program.today))
    enter_sheet(desk.staff.database, path, report)


def counts(desk: Desk) -> tuple[int, int, list[str]]:
    with desk.staff.database.read() as session:
        households, children = (
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Household, Child)
        )
        return households, children, list(session.scalars(select(RosterImport.state)))


def import_of(desk: Desk, check: int) -> int:
    answer = desk.officer.post(f"/jobs/{check}/import", desk.form())
    assert answer.status_code == 303
    desk.work()
    return int(answer.headers["location"].rsplit("/", 1)[1])


def test_checking_stores_nothing_and_the_import_is_the_one_of_the_command(
    desk: Desk, ward: Ward
) -> None:
    path = ward.write(ward.extract())
    check = desk.done("extract-check", path.read_bytes(), **FORM)
    assert counts(desk) == (0, 0, [])
    assert desk.files() == ["whole"]
    sheet_of(desk, path)
    key = import_of(desk, check)
    assert desk.task(key).state == "done", desk.task(key).said
    children = sum(family.eligible for family in ward.extract().families)
    assert counts(desk) == (ward.plan.households, children, ["applied"])
    assert desk.files() == ["shredded"]
    assert "取り込み 1 を適用しました" in desk.page(key)


def test_without_its_sheet_it_waits_and_is_applied_from_its_page_once_the_sheet_is_there(
    desk: Desk, ward: Ward
) -> None:
    path = ward.write(ward.extract())
    key = import_of(desk, desk.done("extract-check", path.read_bytes(), **FORM))
    page = desk.page(key)
    assert "区の送付票がまだない" in page
    assert f"/transfers/{(desk.task(key).result or {})['transfer_id']}" in page
    assert counts(desk) == (0, 0, ["staged"])
    desk.officer.open("/roster/1")
    refused = desk.officer.send("/roster/1/apply", desk.form())
    desk.work()
    assert "/jobs/" in str(refused.url)
    assert "まだ合っていない" in desk.officer.open(refused.url.path).text
    assert counts(desk)[2] == ["staged"]
    sheet_of(desk, path)
    page = desk.officer.open("/roster/1").text
    assert "反映する</button>" in page
    desk.officer.post("/roster/1/apply", desk.form())
    desk.work()
    assert counts(desk)[0] == ward.plan.households
    assert "反映する</button>" not in desk.officer.open("/roster/1").text


def test_differences_wait_for_a_person_and_are_those_of_the_command(desk: Desk, ward: Ward) -> None:
    for changes in ((), (moved, protected)):
        path = ward.write(ward.extract(*changes))
        sheet_of(desk, path)
        import_of(desk, desk.done("extract-check", path.read_bytes(), **FORM))
    with desk.staff.database.read() as session:
        found = session.get_one(RosterImport, 2)
        assert (found.state, sum(found.differences.values())) == ("staged", 2)


def test_a_damaged_file_is_refused_with_its_line_and_nothing_stays(desk: Desk, ward: Ward) -> None:
    lines = ward.write(ward.extract()).read_bytes().splitlines(keepends=True)
    key = desk.begin("extract-check", b'x"' + b"".join(lines[1:]), **FORM)
    desk.work()
    task, page = desk.task(key), desk.page(key)
    assert task.state == "refused"
    assert "1行目の見出しに、次の列がありません" in page
    assert "理由を直してから、同じ作業をもう一度始めてください" in page
    assert desk.files() == ["shredded"]
    assert counts(desk) == (0, 0, [])


def test_a_form_that_lacks_something_says_what_and_keeps_no_file(desk: Desk, ward: Ward) -> None:
    path = ward.write(ward.extract())
    assert "ファイルを選んでください" in desk.post("extract-check", None, **FORM).text
    for typed, words in (
        ({"layout": "../../etc/passwd"}, "一覧から選んでください"),
        (FORM | {"extracted": "きのう"}, "日付を、2023-07-03 のように"),
        (FORM | {"file_name": "x" * 201}, "200文字まで"),
    ):
        answer = desk.post("extract-check", path.read_bytes(), **typed)
        assert (answer.status_code, words in answer.text) == (422, True), typed
    assert set(desk.files()) <= {"shredded"}
    assert desk.kinds() == []


def test_the_same_form_twice_is_one_task_and_a_second_one_waits_for_the_first(
    desk: Desk, ward: Ward
) -> None:
    data = ward.write(ward.extract()).read_bytes()
    desk.officer.open("/jobs/new/extract-check")
    form = desk.form(**FORM)
    for _press in range(2):
        sent = desk.officer.post(
            "/jobs/new/extract-check/begin", form, files={"file": ("a.csv", data)}
        )
        assert sent.status_code == 303
    other = desk.post("extract-check", data + b"\r\n", **FORM)
    assert (other.status_code, "まだ終わっていません" in other.text) == (422, True)
    assert desk.kinds() == ["extract_check"]
    assert desk.files().count("whole") == 1


def test_a_task_that_waits_is_canceled_at_once_and_its_file_is_gone(desk: Desk, ward: Ward) -> None:
    key = desk.begin("extract-check", ward.write(ward.extract()).read_bytes(), **FORM)
    assert "取りやめる" in desk.page(key)
    desk.officer.post(f"/jobs/{key}/cancel", desk.form())
    assert desk.work() == 0
    assert (desk.task(key).state, desk.files()) == ("canceled", ["shredded"])
    assert "取りやめた" in desk.page(key)


def test_one_that_a_worker_is_at_stops_where_it_reads(desk: Desk, ward: Ward) -> None:
    key = desk.begin("extract-check", ward.write(ward.extract()).read_bytes(), **FORM)
    source = desk.site.work_source()
    with source.writing() as work:
        task = begun.take(work, Holder("other"))
    assert task is not None
    desk.officer.open(f"/jobs/{key}")
    desk.officer.post(f"/jobs/{key}/cancel", desk.form())
    assert desk.task(key).state == "running"
    with pytest.raises(begun.TaskCanceledError), source.writing() as work:
        begun.note_progress(work, task, 1, 2)


def test_one_whose_worker_was_killed_is_carried_out_by_another_and_says_so(
    desk: Desk, ward: Ward
) -> None:
    path = ward.write(ward.extract())
    sheet_of(desk, path)
    check = desk.done("extract-check", path.read_bytes(), **FORM)
    desk.officer.post(f"/jobs/{check}/import", desk.form())
    dead = Holder("dead")
    with desk.site.work_source().writing() as work:
        assert begun.take(work, dead) is not None
    desk.staff.clock.instant += dead.lease
    assert desk.work() == 1
    key = check + 1
    assert counts(desk)[2] == ["applied"]
    assert "別のワーカーが引き継いだ" in desk.page(key)


def test_an_import_that_a_killed_worker_applied_is_done_and_not_refused(
    desk: Desk, ward: Ward
) -> None:
    ward.hand_over()
    waiting = ward.hand_over(moved)
    desk.officer.open(f"/roster/{waiting.import_id}")
    desk.officer.post(f"/roster/{waiting.import_id}/apply", desk.form())
    dead = Holder("dead")
    with desk.site.work_source().writing() as work:
        assert begun.take(work, dead) is not None
    ward.apply(waiting)
    desk.staff.clock.instant += dead.lease
    desk.work()
    assert desk.task(1).state == "done"


def test_counts_that_tell_how_many_are_protected_are_for_the_ward_alone(
    desk: Desk, ward: Ward
) -> None:
    seen: dict[Role, list[str]] = {Role.OFFICER: [], Role.WARD_OFFICER: []}
    people = {role: desk.staff.enter_as(role) for role in seen}
    for changes in ((), (protected,)):
        path = ward.write(ward.extract(*changes))
        key = desk.done("extract-check", path.read_bytes(), **FORM)
        for role, pages in seen.items():
            text = desk.page(key, people[role])
            pages.append(text[text.index('id="result"') : text.index('id="facts"')])
    first, second = (one.replace("/jobs/1", "/jobs/2") for one in seen[Role.OFFICER])
    assert without_keys(first) == without_keys(second)
    first, second = (one.replace("/jobs/1", "/jobs/2") for one in seen[Role.WARD_OFFICER])
    assert without_keys(first) != without_keys(second)


def without_keys(text: str) -> list[str]:
    return [line for line in text.splitlines() if "form_key" not in line]


def test_whoever_may_not_take_files_in_may_neither_begin_nor_act(desk: Desk, ward: Ward) -> None:
    key = desk.begin("extract-check", ward.write(ward.extract()).read_bytes(), **FORM)
    for role in (Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR):
        visitor = desk.staff.enter_as(role)
        assert visitor.get("/jobs").status_code == 403, role
        assert visitor.get("/jobs/new/extract-check").status_code == 403, role
        assert visitor.post(f"/jobs/{key}/cancel", desk.form()).status_code == 403, role
    assert desk.task(key).state == "waiting"
