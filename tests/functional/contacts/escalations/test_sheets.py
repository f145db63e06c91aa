"""The sheet goes out and comes back.

Texts stay texts, names stay home, the same file twice is one answer.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pyrage
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.domain.contacts.escalations import answers_in
from portal.domain.contacts.escalations.answers_file import AnswerRow, AnswersFile, read_answers
from portal.domain.contacts.escalations.models import AnswerSheet, Escalation, EscalationAnswer
from portal.domain.contacts.escalations.queries import Reader, answers_of
from portal.domain.contacts.escalations.sheet_columns import (
    ANSWER,
    COLUMNS,
    INSTRUCTION,
    INSTRUCTION_DAY,
    RECEIPT,
)
from portal.domain.contacts.escalations.sheet_out import make_sheet
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from tests.functional.contacts.escalations.support import NOW, WORDS, Desk
from tests.support.people import CANARY_NAME, CANARY_TOWN
from tests.support.work import work_in

CONTRACTOR, WARD = Reader(False), Reader(True)
Cells = Sequence[object]


def sheet(desk: Desk, reader: Reader = CONTRACTOR) -> bytes:
    """The sheet as the ward opens it."""
    secret = pyrage.x25519.Identity.generate()
    settings = replace(desk.program.escalations, sheet_key=str(secret.to_public()))
    with desk.database.write() as session:
        closed = make_sheet(work_in(session, desk.officer, desk.now), settings, reader)
    assert closed.startswith(b"age-encryption.org/v1\n")
    opened: bytes = pyrage.decrypt(closed, [secret])
    return opened


def cells(book: bytes) -> list[list[str]]:
    found = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in found]


def filled(book: bytes, answers: Mapping[str, tuple[str, str, object]]) -> bytes:
    """The sheet as the ward sends it back, with its answers by receipt number."""
    rows = cells(book)
    for row in rows[1:]:
        if row[0] in answers:
            row[8:11] = answers[row[0]]  # type: ignore[assignment]
    return workbook(rows)


def workbook(rows: Sequence[Cells]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(line, column, cell, day)
                else:
                    page.write(line, column, cell)
    return file.getvalue()


def returned(*rows: Cells) -> bytes:
    return workbook([[RECEIPT, ANSWER, INSTRUCTION, INSTRUCTION_DAY], *rows])


def taken_in(desk: Desk, data: bytes, actor: Actor | None = None) -> int:
    with desk.database.write() as session:
        return answers_in.store_sheet(
            work_in(session, actor or desk.officer, desk.now), read_answers(data)
        ).id


def planned(desk: Desk, sheet_id: int, reader: Reader = CONTRACTOR) -> tuple[list[str], str]:
    with desk.database.read() as session:
        row = session.get_one(AnswerSheet, sheet_id)
        outcomes = answers_in.plan(work_in(session, now=desk.now), row, reader)
        return [one.result for one in outcomes], answers_in.fingerprint(outcomes)


def applied(desk: Desk, sheet_id: int, seen: str = "") -> None:
    with desk.database.write() as session:
        answers_in.apply_sheet(
            work_in(session, desk.officer, desk.now),
            sheet_id,
            answers_in.Seen(CONTRACTOR, seen or planned(desk, sheet_id)[1]),
        )


def test_a_sheet_goes_out_and_its_answers_come_back_as_evidence(desk: Desk) -> None:
    first, second = desk.ask(household_id=desk.household()), desk.ask("complaint")
    book = sheet(desk)
    rows = cells(book)
    assert tuple(rows[0]) == COLUMNS
    assert {row[0] for row in rows[1:]} == {first.receipt_no, second.receipt_no}
    answers = {
        first.receipt_no: ("対象になります。", "児発第１２号", "令和5年7月31日"),
        second.receipt_no: ("お詫びします。", "", ""),
    }
    sheet_id = taken_in(desk, filled(book, answers))
    assert planned(desk, sheet_id)[0] == ["new", "new"]
    assert (desk.state(first), desk.state(second)) == ("open", "open")
    applied(desk, sheet_id)
    assert (desk.state(first), desk.state(second)) == ("answered", "answered")
    with desk.database.read() as session:
        [answer] = answers_of(session, first.id)
        assert (answer.source, answer.instruction_no, answer.instruction_date, answer.sheet_id) == (
            "sheet",
            "児発第12号",
            date(2023, 7, 31),
            sheet_id,
        )
        assert session.get_one(Escalation, first.id).sheet_at == NOW


def test_without_the_wards_key_nothing_goes_out(quick_desk: Desk) -> None:
    row = quick_desk.ask("complaint")
    settings = replace(quick_desk.program.escalations, sheet_key="")
    with (
        pytest.raises(NotAllowedError, match="公開鍵"),
        quick_desk.database.write() as session,
    ):
        make_sheet(work_in(session, quick_desk.officer, quick_desk.now), settings, CONTRACTOR)
    with quick_desk.database.read() as session:
        assert session.get_one(Escalation, row.id).sheet_at is None


def test_formulas_of_callers_stay_texts_and_telephone_numbers_keep_their_zero(
    quick_desk: Desk,
) -> None:
    evil = '=HYPERLINK("http://example.test","x")'
    row = quick_desk.ask("complaint", evil, telephone="090-1234-5678")
    book = sheet(quick_desk)
    [_head, cell] = cells(book)
    assert (cell[6], cell[7]) == (evil, "09012345678")
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        page = parts.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in page
        assert not [
            name for name in parts.namelist() if "hyperlink" in name or "externalLink" in name
        ]
    answers = {row.receipt_no: ("=1+1", "+81-1", "2023-07-31")}
    sheet_id = taken_in(quick_desk, filled(book, answers))
    applied(quick_desk, sheet_id)
    with quick_desk.database.read() as session:
        assert answers_of(session, row.id)[0].instruction_no == "+81-1"


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("eligibility", True),
        ("change_of_recipient", True),
        ("complaint", False),
        ("accident", False),
        ("press", False),
    ],
)
def test_a_name_goes_out_only_where_the_question_needs_one(
    quick_desk: Desk, kind: str, named: bool
) -> None:
    quick_desk.ask(kind, household_id=quick_desk.household())
    [_head, cell] = cells(sheet(quick_desk))
    assert (cell[5] == CANARY_NAME) is named
    assert cell[4].startswith("97")
    assert CANARY_TOWN not in "".join(cell)


def test_what_is_about_protection_goes_out_without_words_name_or_number(quick_desk: Desk) -> None:
    quick_desk.ask("protection", "避難しています。", household_id=quick_desk.household())
    [_head, cell] = cells(sheet(quick_desk))
    assert (cell[4], cell[5], cell[7]) == ("", "", "")
    assert "避難" not in "".join(cell)
    assert "電話" in cell[6]


def test_a_protected_household_is_on_no_sheet_but_the_wards_and_never_named(
    quick_desk: Desk,
) -> None:
    hidden = quick_desk.ask(household_id=quick_desk.household(protected=True))
    with pytest.raises(ConflictError):
        sheet(quick_desk)
    [_head, cell] = cells(sheet(quick_desk, WARD))
    assert cell[0] == hidden.receipt_no
    assert CANARY_NAME not in "".join(cell)
    assert WORDS not in "".join(cell)
    sheet_id = taken_in(quick_desk, returned([hidden.receipt_no, "可", "", ""]))
    assert planned(quick_desk, sheet_id)[0] == ["unknown"]
    assert planned(quick_desk, sheet_id, WARD)[0] == ["new"]


def test_nothing_open_makes_no_sheet(quick_desk: Desk) -> None:
    quick_desk.answer(quick_desk.ask())
    with pytest.raises(ConflictError):
        sheet(quick_desk)


def test_rows_that_cannot_be_kept_are_listed_each_with_its_reason(desk: Desk) -> None:
    good, done, twice, day, number, words, silent = (desk.ask("complaint") for _n in range(7))
    desk.answer(done, "ちがう答え。")
    rows: list[Cells] = [
        [good.receipt_no.lower(), "可", "第1号", date(2023, 7, 31)],
        ["ZZZZ-9999", "可", "", ""],
        ["", "だれの答えか。", "", ""],
        [done.receipt_no, "可", "", ""],
        [twice.receipt_no, "可", "", ""],
        [twice.receipt_no, "不可", "", ""],
        [day.receipt_no, "可", "第1号", "2023-08-02"],
        [number.receipt_no, "可", "第1号", ""],
        [words.receipt_no, "カード 4111 1111 1111 1111", "", ""],
        [silent.receipt_no, "", "第1号", "2023-07-31"],
        [silent.receipt_no, "", "", ""],
    ]
    sheet_id = taken_in(desk, returned(*rows))
    assert planned(desk, sheet_id)[0] == [
        "new",
        "unknown",
        "unknown",
        "wrong_state",
        "twice",
        "twice",
        "day",
        "number",
        "words",
        "no_text",
    ]
    applied(desk, sheet_id)
    with desk.database.read() as session:
        assert len(session.scalars(select(EscalationAnswer)).all()) == 2
    assert desk.state(good) == "answered"
    assert {desk.state(row) for row in (twice, day, number, words, silent)} == {"open"}


def test_the_same_file_twice_is_one_sheet_and_the_same_answers_change_nothing(desk: Desk) -> None:
    row = desk.ask()
    data = returned([row.receipt_no, "対象です。", "第1号", "2023-07-31"])
    sheet_id = taken_in(desk, data)
    assert taken_in(desk, data, desk.ward) == sheet_id
    applied(desk, sheet_id)
    again = taken_in(
        desk,
        returned([row.receipt_no, "対象です。", "第１号", "R5.7.31"], ["ZZZZ-9999", "可", "", ""]),
    )
    assert again != sheet_id
    assert planned(desk, again)[0] == ["same", "unknown"]
    with pytest.raises(ConflictError):
        applied(desk, again)
    assert taken_in(desk, data) == sheet_id
    with pytest.raises(WrongStateError):
        applied(desk, sheet_id)
    with desk.database.read() as session:
        assert len(session.scalars(select(EscalationAnswer)).all()) == 1


def test_what_changed_after_it_was_shown_stops_all_of_it(desk: Desk) -> None:
    first, second = desk.ask(), desk.ask("press")
    sheet_id = taken_in(
        desk, returned([first.receipt_no, "可", "", ""], [second.receipt_no, "可", "", ""])
    )
    _results, seen = planned(desk, sheet_id)
    desk.answer(second)
    with pytest.raises(ConflictError):
        applied(desk, sheet_id, seen)
    assert desk.state(first) == "open"
    with desk.database.read() as session:
        assert session.get_one(AnswerSheet, sheet_id).state == "read"
    applied(desk, sheet_id)
    assert desk.state(first) == "answered"


def test_a_sheet_may_be_put_aside(quick_desk: Desk) -> None:
    sheet_id = taken_in(quick_desk, returned([quick_desk.ask().receipt_no, "可", "", ""]))
    for error in (None, WrongStateError):
        with quick_desk.database.write() as session:
            if error is None:
                answers_in.drop_sheet(work_in(session, quick_desk.officer, NOW), sheet_id)
                continue
            with pytest.raises(error):
                answers_in.drop_sheet(work_in(session, quick_desk.officer, NOW), sheet_id)
    with pytest.raises(WrongStateError):
        applied(quick_desk, sheet_id)
    with quick_desk.database.write() as session, pytest.raises(NotFoundError):
        answers_in.drop_sheet(work_in(session, quick_desk.officer, NOW), 999)


def test_what_a_sheet_says_is_sealed_and_nothing_of_it_is_in_the_audit(quick_desk: Desk) -> None:
    row = quick_desk.ask()
    sheet_id = taken_in(
        quick_desk, returned([row.receipt_no, "鶉野さんは対象です。", "児発第9号", "2023-07-31"])
    )
    applied(quick_desk, sheet_id)
    with quick_desk.database.read() as session:
        stored = session.get_one(AnswerSheet, sheet_id)
        assert "鶉野".encode() not in stored.sealed
        details = repr([event.detail for event in session.scalars(select(AuditEvent))])
        assert "鶉野" not in details
        assert "児発第9号" not in details


def test_a_heading_above_the_columns_and_columns_in_another_order_do_no_harm(
    quick_desk: Desk,
) -> None:
    row = quick_desk.ask()
    rows: list[Cells] = [
        ["区からの回答"],
        [],
        [ANSWER, "メモ", RECEIPT],
        ["可", "x", row.receipt_no],
    ]
    found = read_answers(workbook(rows)).rows
    assert found == [AnswerRow(4, row.receipt_no, "可")]


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (65 << 20))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "kind"),
        (b"%PDF-1.7", "kind"),
        (b"PK\x03\x04broken", "kind"),
        (workbook([["a", "b"]]), "columns"),
        (returned(), "empty"),
        (workbook([["x"] * 41]), "size"),
        (returned(["A", "あ" * 4001]), "size"),
        (workbook([["x"]] * 2001), "size"),
    ],
)
def test_a_file_that_is_no_filled_in_sheet_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        read_answers(data)
    assert refused.value.code == code


def test_a_file_that_unpacks_to_something_huge_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        read_answers(bomb())
    assert refused.value.code == "size"


def test_a_sheet_is_read_on_another_day_as_on_the_first(quick_desk: Desk) -> None:
    row = quick_desk.ask()
    file = AnswersFile(b"x" * 32, [AnswerRow(2, row.receipt_no, "可", "第1号", "2023-08-02")])
    with quick_desk.database.write() as session:
        stored = answers_in.store_sheet(work_in(session, quick_desk.officer, quick_desk.now), file)
        sheet_id = stored.id
    assert planned(quick_desk, sheet_id)[0] == ["day"]
    quick_desk.now += timedelta(days=1)
    assert planned(quick_desk, sheet_id)[0] == ["new"]
