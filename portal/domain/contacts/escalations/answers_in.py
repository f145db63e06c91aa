"""Receiving the ward's answers from a file.

What a file would do is shown first, then all of it is done at once, or nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.answering import WardAnswer, answer, read_instruction_no
from portal.domain.contacts.escalations.answers_file import AnswerRow, AnswersFile
from portal.domain.contacts.escalations.kinds import RowResult
from portal.domain.contacts.escalations.models import AnswerSheet, Escalation
from portal.domain.contacts.escalations.queries import Reader, answers_of, by_receipt
from portal.domain.contacts.escalations.sealed import answer_text
from portal.domain.contacts.escalations.services import check_words
from portal.domain.contacts.escalations.states import ANSWER_SHEET, ESCALATION
from portal.domain.foundation.approvals.services import INSTRUCTION_MAX, Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import admit, became, unlike_sheet
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.typed import DateFault, whole_date
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work

FILE_NAME = "escalations.xlsx"


class RowEffect(Struct, frozen=True):
    """What one row would do.

    ``escalation_id`` is set if its question is known; ``sentence`` explains a fault.
    """

    row: AnswerRow
    result: RowResult
    escalation_id: int | None = None
    sentence: str = ""


def store_sheet(work: Work, file: AnswersFile) -> AnswerSheet:
    """Store a file's content, sealed, without carrying it out; the same file gives the same sheet.

    Raises:
        NotAllowedError: the actor has no account.
        ConflictError: it is not what its hand-over sheet says (code ``transfer_differs``); the
            caller keeps what is written so far, so that the difference stays open.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("取り込めるのは、アカウントのある職員だけです。"))
    digest = work.vault.blind("answer-sheet", file.digest, 32)
    # the file is not kept, so that another search key cannot make its digest anew
    digests = (digest, *work.vault.earlier_blinds("answer-sheet", file.digest, 32))
    known = work.session.scalar(select(AnswerSheet).where(AnswerSheet.digest.in_(digests)))
    if known is not None:
        return known
    transfer = admit(work, _arrival(file.digest).counting(len(file.rows)))
    key, wrapped = work.vault.new_data_key()
    sheet = AnswerSheet(
        digest=digest,
        rows=len(file.rows),
        uploaded_by=work.actor.id,
        uploaded_at=work.now,
        wrapped_key=wrapped,
        sealed=seal_json(key, [row.as_values() for row in file.rows], _context(digest)),
    )
    work.session.add(sheet)
    work.session.flush()
    became(work, transfer, "escalation_sheet", sheet.id)
    record(work, "escalation.sheet_read", "escalation_sheet", sheet.id, rows=sheet.rows)
    return sheet


def rows_about(vault: Vault, sheet: AnswerSheet, receipt_nos: Collection[str]) -> int:
    """Return how many rows of a sheet are about these questions."""
    return sum(row.receipt_no in receipt_nos for row in _rows(vault, sheet))


def forget_rows(vault: Vault, sheet: AnswerSheet, receipt_nos: Collection[str]) -> bool:
    """Take rows about these questions out of a sheet, for good; return whether there were any."""
    rows = _rows(vault, sheet)
    kept = [row for row in rows if row.receipt_no not in receipt_nos]
    if len(kept) == len(rows):
        return False
    key, sheet.wrapped_key = vault.new_data_key()
    sheet.sealed = seal_json(key, [row.as_values() for row in kept], _context(sheet.digest))
    return True


def not_of_sheet(work: Work, data: bytes) -> str:
    """Return that an unreadable file is not the one of its hand-over sheet, if so; else empty."""
    return unlike_sheet(work, _arrival(hashlib.sha256(data).digest()))


def _arrival(digest: bytes) -> Arrival:
    return Arrival(TransferKind.ANSWERS, FILE_NAME, Figures(sha256=digest.hex()))


def plan(work: Work, sheet: AnswerSheet, reader: Reader) -> list[RowEffect]:
    """Return what every row of a sheet would do now, as far as ``reader`` may know of it."""
    rows = _rows(work.vault, sheet)
    times = Counter(row.receipt_no for row in rows)
    found = []
    for row in rows:
        known = by_receipt(work.session, row.receipt_no, reader) if row.receipt_no else None
        if known is None:
            found.append(RowEffect(row, RowResult.UNKNOWN))
        elif times[row.receipt_no] > 1:
            found.append(RowEffect(row, RowResult.TWICE, known.id))
        else:
            found.append(_effect(work, row, known))
    return found


def show_texts(work: Work, sheet: AnswerSheet) -> bool:
    """Return whether the ward's texts in a sheet may still be read, and log that they were.

    They may be read while the sheet waits.
    """
    if sheet.state != ANSWER_SHEET.initial:
        return False
    record(work, "escalation.sheet_seen", "escalation_sheet", sheet.id, rows=sheet.rows)
    return True


def fingerprint(effects: Sequence[RowEffect]) -> str:
    """Return a short text that changes whenever the effects of a sheet change."""
    described = repr([(one.row.line, one.result.value, one.escalation_id) for one in effects])
    return hashlib.sha256(described.encode()).hexdigest()[:16]


class Seen(Struct, frozen=True):
    """What somebody saw of a sheet before confirming it: as whom, and the effects' fingerprint."""

    reader: Reader
    fingerprint: str


def apply_sheet(work: Work, sheet_id: int, seen: Seen) -> AnswerSheet:
    """Store every new answer of a sheet, if its effects are those that were seen.

    Raises:
        NotFoundError: there is no such sheet.
        WrongStateError: it was carried out or dropped before.
        ConflictError: its effects changed since they were shown, or there is nothing to store;
            nothing is done.
    """
    sheet = _locked(work.session, sheet_id)
    state = ANSWER_SHEET.next(sheet.state, "apply")
    effects = plan(work, sheet, seen.reader)
    if fingerprint(effects) != seen.fingerprint:
        raise ConflictError(
            _s(
                "確かめたあとに、引き継ぎの状態が変わりました。下の一覧を、"
                "もう一度確かめてください。"
            )
        )
    fresh = sorted(
        (one for one in effects if one.result is RowResult.NEW),
        key=lambda one: one.escalation_id or 0,
    )
    if not fresh:
        raise ConflictError(_s("新しく取り込む回答がありません。"))
    for one in fresh:
        given = WardAnswer(one.row.text, _instruction(one.row), sheet_id=sheet.id)
        answer(work, one.escalation_id or 0, given)
    sheet.state, sheet.applied_by, sheet.applied_at, sheet.applied = (
        state,
        work.actor.id,
        work.now,
        len(fresh),
    )
    work.session.flush()
    record(work, "escalation.sheet_applied", "escalation_sheet", sheet.id, rows=len(fresh))
    return sheet


def drop_sheet(work: Work, sheet_id: int) -> AnswerSheet:
    """Drop a sheet without carrying it out.

    Raises:
        NotFoundError: there is no such sheet.
        WrongStateError: it was carried out or dropped before.
    """
    sheet = _locked(work.session, sheet_id)
    sheet.state = ANSWER_SHEET.next(sheet.state, "drop")
    record(work, "escalation.sheet_dropped", "escalation_sheet", sheet.id)
    return sheet


def sheet_by_id(session: Session, sheet_id: int) -> AnswerSheet | None:
    """Return a sheet by its key, or None."""
    return session.get(AnswerSheet, sheet_id)


def latest_sheets(session: Session, *, limit: int = 20) -> list[AnswerSheet]:
    """Return the received sheets, newest first."""
    return list(session.scalars(select(AnswerSheet).order_by(AnswerSheet.id.desc()).limit(limit)))


def _effect(work: Work, row: AnswerRow, known: Escalation) -> RowEffect:
    """Return what the only row about a known question would do."""
    if not row.text:
        return RowEffect(row, RowResult.NO_TEXT, known.id)
    fault = _fault(work, row)
    if fault is not None:
        return RowEffect(row, fault[0], known.id, fault[1])
    if known.state == ESCALATION.initial:
        return RowEffect(row, RowResult.NEW, known.id)
    same = _is_kept(work, row, known)
    return RowEffect(row, RowResult.SAME if same else RowResult.WRONG_STATE, known.id)


def _fault(work: Work, row: AnswerRow) -> tuple[RowResult, str] | None:
    try:
        check_words(work, row.text)
    except InputError as error:
        return RowResult.WORDS, error.message
    number = read_instruction_no(row.instruction_no)
    if bool(number) != bool(row.instruction_day):
        return RowResult.NUMBER, _s("指示書は、番号と日付の両方を書いてもらってください。")
    if len(number) > INSTRUCTION_MAX:
        return RowResult.NUMBER, _s("区の指示書の番号を、40文字までで入力してください。")
    if row.instruction_day:
        day = whole_date(row.instruction_day)
        if isinstance(day, DateFault) or day > jst_date(work.now):
            return RowResult.DAY, _s("日付は、今日かそれより前の日にしてください。")
    return None


def _instruction(row: AnswerRow) -> Instruction | None:
    number, day = read_instruction_no(row.instruction_no), whole_date(row.instruction_day)
    return Instruction(number, day) if number and isinstance(day, date) else None


def _is_kept(work: Work, row: AnswerRow, known: Escalation) -> bool:
    """Return whether a question's newest answer is this very one."""
    found = answers_of(work.session, known.id)[:1]
    instruction = _instruction(row)
    return any(
        answer_text(work.vault, known, one) == row.text
        and one.instruction_no == (instruction.number if instruction else None)
        for one in found
    )


def _rows(vault: Vault, sheet: AnswerSheet) -> list[AnswerRow]:
    values = unseal_json(vault.unwrap(sheet.wrapped_key), sheet.sealed, _context(sheet.digest))
    return [AnswerRow(**one) for one in values]


def _context(digest: bytes) -> str:
    return f"answer-sheet:{digest.hex()}"


def _locked(session: Session, sheet_id: int) -> AnswerSheet:
    statement = select(AnswerSheet).where(AnswerSheet.id == sheet_id).with_for_update()
    sheet = session.scalar(statement.execution_options(populate_existing=True))
    if sheet is None:
        raise NotFoundError(_s("この表は見つかりませんでした。"))
    return sheet
