"""The ward's own checklist: its file comes in, a "yes" needs a live proof, the file goes back."""

import csv
import io
from dataclasses import replace

import pytest
import python_calamine
import xlsxwriter

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.oversight.management import ward_checklist
from portal.domain.oversight.management.checklist import Standing, Verdict
from portal.domain.oversight.management.models import WardAnswer, WardChecklist
from portal.domain.oversight.management.proofs import prove
from portal.domain.oversight.management.ward_asked import unanswered
from portal.domain.oversight.management.ward_checklist import SELF, Asked, TakenIn, TypedReply
from portal.domain.oversight.management.ward_file import AskedFile, read_asked
from portal.domain.oversight.reports.management.ward_checklist import answered_csv, answered_xlsx
from portal.platform.database import Database
from tests.functional.contacts.faxes.test_races import race
from tests.support.coupons import NOW
from tests.support.oversight.tested_build import tested_build
from tests.support.staff import StaffSite, hire
from tests.support.work import work_in

__all__ = ["tested_build"]

ROWS = (
    ("番号", "分野", "質問"),
    ("1-1", "組織", "認証を取得しているか"),
    ("１－２", "組織", "管理者は家庭の情報を見られないか"),
    ("2", "", "=連絡の体制があるか"),
)
YES = TypedReply("yes", "least_privilege", "権限の表で分けています。", "権限の表")


def as_csv(rows: tuple[tuple[str, ...], ...] = ROWS, encoding: str = "utf-8-sig") -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


def as_xlsx(rows: tuple[tuple[str, ...], ...]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    return file.getvalue()


@pytest.fixture
def officer(database: Database) -> Actor:
    key = hire(database, NOW, Role.OFFICER, "officer").id
    return Actor(Role.OFFICER, key, Organization.CONTRACTOR)


def take(database: Database, officer: Actor, file: AskedFile | None = None) -> TakenIn:
    with database.write() as session:
        work = work_in(session, officer)
        return ward_checklist.take_in(work, file or read_asked(as_csv()))


def reply(database: Database, officer: Actor, question: int, typed: TypedReply = YES) -> None:
    with database.write() as session:
        ward_checklist.reply(work_in(session, officer), question, typed)


def asked(database: Database) -> list[Asked]:
    with database.read() as session:
        return ward_checklist.asked(work_in(session))


@pytest.mark.parametrize(
    "data",
    [
        as_csv(),
        as_csv(encoding="cp932"),
        as_xlsx(ROWS),
        as_xlsx((("区のチェックリスト", "", ""), ("", "", ""), *ROWS)),
    ],
)
def test_the_ward_s_file_is_read_as_it_comes(data: bytes) -> None:
    file = read_asked(data)
    assert file.columns == ROWS[0]
    assert [row.number for row in file.rows] == ["1-1", "1-2", "2"]
    assert file.rows[1].cells == ROWS[2]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "番号と質問の列"),
        (as_csv((("No", "回答"), ("1", "x"))), "番号と質問の列"),
        (as_csv(ROWS[:1]), "1件もありません"),
        (as_csv((*ROWS, ("1-1", "", "また"))), "5行目: 番号が2行目と同じ"),
        (as_csv((*ROWS, ("", "", "番号なし"))), "5行目: 番号がありません"),
        (as_csv((*ROWS, ("3", "組織", ""))), "5行目: 質問がありません"),
        (as_csv((*ROWS, ("3" * 21, "", "長い"))), "20文字まで"),
        (as_csv((*ROWS, ("3", "", "長" * 1_001))), "1000文字まで"),
        (as_csv((ROWS[0], *((str(n), "", "問い") for n in range(501)))), "500件まで"),
        (b"PK\x03\x04 no workbook", "Excel"),
        (b"\xff\xfe\x00\x01", "CSVとして"),
        ('番号,質問\n1,"あ'.encode(), "CSVとして"),
        ("番号,質問\n1,あ\n".encode("utf-16"), "CSVとして"),
    ],
)
def test_a_file_that_cannot_be_asked_is_refused_with_its_lines(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_asked(data)
    assert caught.value.code == "file"


def test_a_newer_file_keeps_the_answers_to_what_did_not_change(
    database: Database, officer: Actor
) -> None:
    assert take(database, officer) == TakenIn(3, 0, 0)
    for one in asked(database):
        reply(database, officer, one.id)
    changed = (ROWS[0], ROWS[1], ("1-2", "組織", "だれが見られるか"), ("4", "", "新しい問い"))
    assert take(database, officer, read_asked(as_csv(changed))) == TakenIn(2, 1, 2)
    assert [(one.number, one.version) for one in asked(database)] == [
        ("1-1", 1),
        ("1-2", 0),
        ("4", 0),
    ]
    assert take(database, officer) == TakenIn(2, 1, 2)
    assert [one.version for one in asked(database)] == [1, 1, 1], "an old question comes back"


@pytest.mark.usefixtures("tested_build")
def test_yes_is_tied_to_a_proof_and_turns_red_when_that_fails(
    database: Database, officer: Actor
) -> None:
    take(database, officer)
    first, second, third = (one.id for one in asked(database))
    reply(database, officer, first, replace(YES, item="certificate"))
    reply(database, officer, second)
    reply(database, officer, third, TypedReply("office", "", "連絡表を置いています。"))
    one, two, three = asked(database)
    assert one.answered
    assert (one.answered.verdict, one.answered.stands) == (Verdict.YES, Standing.NO)
    assert two.answered
    assert two.answered.stands is Standing.YES
    assert (one.is_open, two.is_open, three.is_open) == (True, False, False)
    with database.read() as session:
        data = answered_xlsx(work_in(session))
        told = list(csv.reader(io.StringIO(answered_csv(work_in(session)).decode("utf-8-sig"))))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    written = book.get_sheet_by_index(0).to_python()
    assert written[0][:4] == [*ROWS[0], "回答"]
    assert [row[:3] for row in written[1:]] == [list(row) for row in ROWS[1:]]
    assert [row[3] for row in written[1:]] == ["できていない", "できている", "運用で行う"]
    assert "まだできていません" in str(written[1][4])
    assert YES.answer not in written[1]
    assert written[2][4:6] == [YES.answer, "権限の表"]
    assert told[3][2] == "'=連絡の体制があるか"


def test_an_answer_whose_line_a_later_version_does_not_have_is_no_yes(
    database: Database, officer: Actor
) -> None:
    take(database, officer)
    first = asked(database)[0].id
    reply(database, officer, first)
    with database.write() as session:
        session.query(WardAnswer).one().item = "gone"
    (one, *_others) = asked(database)
    assert one.answered
    assert one.answered.stands is Standing.NO


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (replace(YES, verdict="perhaps"), "verdict"),
        (replace(YES, item=""), "item"),
        (replace(YES, verdict="partly", item="no_such"), "item"),
        (replace(YES, item=SELF), "item"),
        (replace(YES, answer=" "), "answer"),
        (replace(YES, answer="x" * 1_001), "answer"),
        (replace(YES, evidence="x" * 301), "evidence"),
    ],
)
def test_what_cannot_be_answered_is_refused_beside_its_field(
    database: Database, officer: Actor, typed: TypedReply, code: str
) -> None:
    take(database, officer)
    with pytest.raises(InputError) as caught:
        reply(database, officer, asked(database)[0].id, typed)
    assert caught.value.code == code


def test_questions_that_the_newest_file_lacks_and_late_answers_are_refused(
    database: Database, officer: Actor
) -> None:
    take(database, officer)
    gone = asked(database)[1].id
    take(database, officer, read_asked(as_csv(ROWS[:2])))
    for missing in (gone, 999):
        with pytest.raises(NotFoundError):
            reply(database, officer, missing)
    with pytest.raises(NotAllowedError), database.write() as session:
        ward_checklist.take_in(work_in(session), read_asked(as_csv()))
    first = asked(database)[0].id
    told = race(*[lambda: reply(database, officer, first)] * 2)
    assert min(told) == ""
    assert "新しい版" in max(told)
    with pytest.raises(ConflictError):
        reply(database, officer, first)
    reply(database, officer, first, replace(YES, base=1))
    assert asked(database)[0].version == 2


def test_what_is_not_answered_is_counted_and_no_promise(database: Database, officer: Actor) -> None:
    def proof() -> tuple[bool, int]:
        with database.read() as session:
            (found,) = prove(work_in(session), [SELF])
            return found.holds, unanswered(session)

    assert proof() == (False, 0)
    take(database, officer)
    assert proof() == (False, 3)
    for one in asked(database):
        reply(database, officer, one.id)
    assert proof() == (True, 0)


def test_the_file_comes_in_and_goes_back_on_the_page(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "区のチェックリストは、まだありません" in officer.open("/ward-checklist").text
    page = officer.post("/ward-checklist/upload", files={"file": ("区.csv", b"x,y\n")})
    assert page.status_code == 422
    assert "番号と質問の列" in page.text
    assert officer.post("/ward-checklist/upload").status_code == 422
    sent = officer.post("/ward-checklist/upload", files={"file": ("区.csv", as_csv())})
    assert sent.status_code == 303
    assert "新しい質問 3件" in officer.open(sent.headers["location"]).text
    with staff.database.read() as session:
        first = ward_checklist.asked(work_in(session))[0].id
    assert 'href="/ward-checklist' in officer.open("/").text
    here = f"/ward-checklist/{first}"
    officer.open(here)
    wrong = officer.post(f"{here}/answer", {"verdict": "yes", "answer": "はい", "base": "0"})
    assert wrong.status_code == 422
    assert 'id="item-error"' in wrong.text
    form = {"verdict": "yes", "item": "certificate", "answer": "はい", "base": "0"}
    assert officer.post(f"{here}/answer", form).status_code == 303
    page = ward.open("/ward-checklist")
    assert "「できている」とは印刷されません" in page.text
    assert ward.post("/ward-checklist/xlsx").content.startswith(b"PK")
    assert "認証を取得" in ward.post("/ward-checklist/csv").content.decode("utf-8-sig")
    assert officer.get("/ward-checklist/99").status_code == 404
    assert staff.count(WardChecklist) == 1


def test_others_neither_upload_nor_answer(staff: StaffSite) -> None:
    auditor = staff.enter_as(Role.AUDITOR)
    assert "区が配った" in auditor.open("/ward-checklist").text
    for path in ("/ward-checklist/upload", "/ward-checklist/1/answer"):
        assert auditor.post(path).status_code == 403
    assert staff.enter_as(Role.AGENT).get("/ward-checklist").status_code == 403
