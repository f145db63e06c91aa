"""What the papers say is what the program, the registers and the ledger say.

A receipt names the very file.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_end
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.loader import load_program
from portal.domain.letters.subcontractors import services as subcontractors
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.oversight.management import asking, checklist, milestones, minutes, questions
from portal.domain.oversight.reports.management import papers
from portal.domain.oversight.reports.management.plan import plan_report
from portal.domain.oversight.reports.management.progress import progress_report
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.entitlements.queries import totals
from portal.platform.database import Database
from tests.functional.contacts.faxes.test_races import race
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families
from tests.support.staff import hire
from tests.support.work import work_in

PROGRAM = load_program("sample", date(2023, 7, 3))
TEXTS = {
    "subject": "第1回",
    "place": "区役所",
    "attendees": "課長",
    "decisions": "白い封筒\n\n7月10日",
    "open_items": "",
}


@dataclass
class Work:
    """An officer, somebody of the ward, and the database."""

    database: Database
    officer: Actor
    ward: Actor

    def report(self, name: str, now: datetime = NOW) -> Report:
        """One of the papers."""
        writers = {
            "plan": plan_report,
            "progress": progress_report,
            "questions": papers.questions_report,
            "checklist": papers.checklist_report,
        }
        with self.database.read() as session:
            return writers[name](work_in(session, now=now))

    def write(self, key: int | None = None, base: int = 0, actor: Actor | None = None) -> int:
        """Save minutes."""
        with self.database.write() as session:
            return minutes.write(
                work_in(session, actor or self.officer),
                key,
                minutes.TypedMinutes(date(2023, 6, 30), TEXTS, base),
            ).id

    def answer(self, number: int, actor: Actor | None = None) -> None:
        """Answer a question."""
        with self.database.write() as session:
            asking.answer(
                work_in(session, actor or self.ward),
                number,
                asking.Answer("はい", Instruction("5汐子第1号", date(2023, 6, 1))),
            )


@pytest.fixture
def work(database: Database) -> Work:
    officer, ward = (
        hire(database, NOW, role, role.value).id for role in (Role.OFFICER, Role.WARD_OFFICER)
    )
    return Work(
        database,
        Actor(Role.OFFICER, officer, Organization.CONTRACTOR),
        Actor(Role.WARD_OFFICER, ward, Organization.WARD),
    )


def cells(report: Report, title: str) -> list[list[str | int]]:
    (table,) = [one for one in report.tables if one.title == title]
    return [list(row) for row in table.rows]


def test_the_plan_has_scope_schedule_organization_milestones_risks_and_security(work: Work) -> None:
    report = work.report("plan")
    titles = [table.title for table in report.tables]
    assert titles == ["日程", "体制", "節目", "再委託先", "危険と対策", "情報の安全"]
    facts = dict(report.facts)
    assert facts["基準日"] == "令和5年5月1日"
    assert facts["想定の額"] == "2,475,000,000円"
    assert [row[0] for row in cells(report, "日程")][:4] == [
        "周知",
        "コールセンター",
        "配送",
        "サインイン",
    ]
    assert len(cells(report, "節目")) == 14


def test_the_progress_report_counts_what_the_ledger_counts(work: Work) -> None:
    add_families(work.database, 4)
    with work.database.write() as session:
        key = subcontractors.propose_subcontractor(
            work_in(session, work.officer),
            subcontractors.Company("汐風通訳", "interpreter", "通訳", ""),
        ).id
    with work.database.write() as session:
        subcontractors.consent(
            work_in(session, work.ward), key, Instruction("5汐子第2号", date(2023, 6, 1))
        )
        subcontractors.record_sent(
            work_in(session, work.officer),
            key,
            subcontractors.FileFacts("other", "台本.pdf", "ab" * 32),
        )
    work.answer(2)
    report = work.report("progress")
    with work.database.read() as session:
        found = totals(session).all
    (figures,) = [one for one in report.tables if one.title == "いまの状態"]
    assert figures.total == ("合計", found.children, found.yen)
    assert sum(int(row[1]) for row in figures.rows) == found.children == 6
    assert dict(report.facts)["回答を待つ協議事項"] == "7"
    assert cells(report, "再委託先") == [
        ["汐風通訳", "通訳", "承諾ずみ", "5汐子第2号 令和5年6月1日", "–"]
    ]
    assert cells(report, "渡したファイル")[0][:2] == ["台本.pdf", "汐風通訳"]
    assert as_pdf(report, NOW).startswith(b"%PDF")
    assert as_xlsx(report).startswith(b"PK")


def test_a_milestone_is_late_from_the_moment_its_day_is_over_until_it_is_done(work: Work) -> None:
    def state(now: datetime) -> str:
        with work.database.read() as session:
            found = milestones.milestones(work_in(session, now=now))
            return next(one.state for one in found if one.key == "delivery")

    over = day_end(PROGRAM.windows.delivery.first_day)
    assert state(over - timedelta(microseconds=1)) == "planned"
    assert state(over) == "late"
    with work.database.write() as session:
        milestones.move(work_in(session, work.officer), "delivery", "begin")
    assert state(over) == "late"
    with work.database.write() as session:
        milestones.move(work_in(session, work.officer), "delivery", "finish")
    assert state(over + timedelta(days=99)) == "done"


def test_minutes_list_decisions_line_by_line_with_who_wrote_and_who_confirmed(work: Work) -> None:
    key = work.write()
    with work.database.write() as session:
        minutes.confirm(work_in(session, work.ward), key, 1)
    with work.database.read() as session:
        report = papers.minutes_report(work_in(session), minutes.one(work_in(session), key))
    assert cells(report, "決まったこと") == [["1", "白い封筒"], ["2", "7月10日"]]
    assert cells(report, "残ったこと") == []
    assert dict(report.facts)["区の確認"].startswith("職員 ward_officer 令和5年")


def test_nobody_confirms_the_own_minutes_and_only_the_ward_confirms_and_answers(work: Work) -> None:
    own = work.write(actor=work.ward)
    with work.database.write() as session, pytest.raises(NotAllowedError, match="自分が書いた"):
        minutes.confirm(work_in(session, work.ward), own, 1)
    with work.database.write() as session, pytest.raises(NotAllowedError, match="区の職員"):
        minutes.confirm(work_in(session, work.officer), own, 1)
    with pytest.raises(NotAllowedError, match="区の職員"):
        work.answer(1, work.officer)
    with pytest.raises(NotAllowedError, match="アカウント"):
        work.write(actor=SYSTEM)
    with work.database.write() as session, pytest.raises(NotFoundError):
        asking.ask(work_in(session, work.officer), 77, date(2023, 6, 1))
    with work.database.write() as session, pytest.raises(NotFoundError):
        milestones.write(work_in(session, work.officer), "party", {})
    with work.database.write() as session, pytest.raises(NotFoundError):
        checklist.write(
            work_in(session, work.officer), "nothing", checklist.TypedAnswer("yes", "x", "")
        )
    with work.database.write() as session, pytest.raises(InputError):
        checklist.write(
            work_in(session, work.officer), "audit", checklist.TypedAnswer("yes", "x" * 1001, "")
        )


def test_two_who_save_the_same_version_at_once_make_one(work: Work) -> None:
    for _round in range(4):
        key = work.write()
        told = race(partial(work.write, key, 1), partial(work.write, key, 1))
        assert min(told) == ""
        assert "ほかの人が新しい版" in max(told)
        with work.database.read() as session:
            assert [one.number for one in minutes.versions(session, key)] == [2, 1]

    def correct() -> None:
        with work.database.write() as session:
            checklist.write(
                work_in(session, work.officer), "audit", checklist.TypedAnswer("yes", "はい", "")
            )

    told = race(correct, correct)
    assert min(told) == ""
    assert "ほかの人が新しい版" in max(told)


def test_two_who_answer_or_begin_the_same_untouched_thing_at_once_make_one_row(work: Work) -> None:
    assert race(partial(work.answer, 4), partial(work.answer, 4)) == ["", ""]

    def begin() -> None:
        with work.database.write() as session:
            milestones.move(work_in(session, work.officer), "decline", "begin")

    told = race(begin, begin)
    assert min(told) == ""
    assert "いまの状態では" in max(told)


def test_own_questions_added_at_once_get_numbers_of_their_own(work: Work) -> None:
    def add() -> None:
        with work.database.write() as session:
            asking.add(work_in(session, work.officer), asking.NewQuestion("件名", "", "本文"))

    told = race(add, add, add)
    with work.database.read() as session:
        found = [one.number for one in questions.questions(work_in(session)) if one.number > 8]
    assert found == list(range(9, 9 + told.count("")))
    assert all("もう一度" in one for one in told if one)


def test_a_receipt_names_the_very_file_its_rows_and_who_took_it(work: Work) -> None:
    with work.database.write() as session:
        row = RosterImport(
            file_name="抽出_20230501.csv",
            sha256="cd" * 32,
            layout="ward",
            extracted=date(2023, 5, 1),
            has_protection=True,
            state="applied",
            totals={"rows": {"accept": 7, "reject": 2}, "households": {"issue": 3}},
            wrapped_key=b"",
            created_at=NOW,
        )
        session.add(row)
        session.flush()
        key = row.id
        record(work_in(session, work.officer), "roster.staged", "roster_import", key)
    with work.database.read() as session:
        report = papers.receipt_report(work_in(session), key)
        with pytest.raises(NotFoundError):
            papers.receipt_report(work_in(session), key + 1)
    facts = dict(report.facts)
    assert facts["ファイルの名前"] == "抽出_20230501.csv"
    assert facts["照合番号（SHA-256）"] == "cd" * 32
    assert facts["受領した人"] == "職員 officer"
    assert cells(report, "行") == [["取り込んだ", 7], ["読めなかった", 2]]
    (rows,) = [one for one in report.tables if one.title == "行"]
    assert rows.total == ("合計", 9)
    assert as_pdf(report, NOW) == as_pdf(report, NOW)


def test_a_question_of_ours_stands_with_its_answer_and_instruction_in_the_list(work: Work) -> None:
    work.answer(8)
    report = work.report("questions")
    assert cells(report, "一覧")[7][3:] == ["回答あり", "5汐子第1号 令和5年6月1日"]
    assert ["区の回答", "はい"] in cells(report, "協議事項8 18歳の人の分の辞退")
    with pytest.raises(InputError), work.database.write() as session:
        asking.add(work_in(session, work.officer), asking.NewQuestion("x" * 101, "", "y"))
