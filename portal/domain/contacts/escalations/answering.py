"""The ward's answers to its questions, on screen, on paper or in a sheet."""

from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.contacts.escalations.kinds import AnswerSource
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.escalations.sealed import context
from portal.domain.contacts.escalations.services import (
    WARD_ONLY_KINDS,
    check_words,
    locked,
    record_event,
)
from portal.domain.contacts.escalations.states import ESCALATION
from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.approvals.services import INSTRUCTION_MAX, Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded
from portal.domain.foundation.vault import Vault, seal_json
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.models import Scan


@dataclass(frozen=True, slots=True)
class WardAnswer:
    """An answer of the ward.

    Number and date of its instruction go together; ``scan_id`` is the scan of its letter,
    ``sheet_id`` the sheet in which it came.
    """

    text: str = field(repr=False)
    instruction: Instruction | None = None
    scan_id: int | None = None
    sheet_id: int | None = None


def answer(work: Work, escalation_id: int, given: WardAnswer) -> EscalationAnswer:
    """Store the ward's answer.

    People outside the ward enter only what it wrote: its number, a scan or its sheet.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: the question is not open.
        InputError: the text is missing, or the instruction is invalid (code: the field).
        NotAllowedError: no written source of the ward is named.
    """
    row = locked(work.session, escalation_id)
    state = ESCALATION.next(row.state, "answer")
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("答えを記録できるのは、アカウントのある職員だけです。"))
    check_words(work, given.text)
    instruction = _checked(given.instruction, work.now)
    source = AnswerSource.SHEET if given.sheet_id is not None else _typed_source(work.actor)
    if source is AnswerSource.PAPER:
        _refuse_unproven(instruction, given.scan_id)
    found = EscalationAnswer(
        escalation_id=row.id,
        source=source.value,
        scan_id=given.scan_id,
        sheet_id=given.sheet_id,
        answered_by=work.actor.id,
        answered_at=work.now,
        instruction_no=instruction.number if instruction else None,
        instruction_date=instruction.day if instruction else None,
        sealed=_sealed_text(work.vault, row, given.text.strip()),
    )
    row.state = state
    if given.scan_id is not None and row.kind in WARD_ONLY_KINDS:
        work.session.get_one(Scan, given.scan_id).ward_only = True
    work.session.add(found)
    work.session.flush()
    record_event(work, row, "escalation.answer", source=source.value)
    return found


def _refuse_unproven(instruction: Instruction | None, scan_id: int | None) -> None:
    if instruction is None and scan_id is None:
        raise NotAllowedError(
            _s("区の書面の番号と日付を入力するか、書面のスキャンを付けてください。"),
            code="instruction_no",
        )


def _typed_source(actor: Actor) -> AnswerSource:
    of_ward = actor.organization is Organization.WARD
    return AnswerSource.SCREEN if of_ward else AnswerSource.PAPER


def _sealed_text(vault: Vault, row: Escalation, text: str) -> bytes:
    return seal_json(vault.unwrap(row.wrapped_key), {"text": text}, context(row.receipt_no))


def read_instruction_no(typed: str) -> str:
    """Return the number of an instruction in normal width, as it is stored and searched."""
    return folded(typed).strip()


def _checked(given: Instruction | None, now: datetime) -> Instruction | None:
    if given is None:
        return None
    number = read_instruction_no(given.number)
    if not 0 < len(number) <= INSTRUCTION_MAX:
        raise InputError(
            _s("区の指示書の番号を、40文字までで入力してください。"), code="instruction_no"
        )
    if given.day > jst_date(now):
        raise InputError(
            _s("日付は、今日かそれより前の日にしてください。"), code="instruction_date"
        )
    return Instruction(number, given.day)
