"""Questions to the ward.

Raised from a call, answered by the ward or from its written answer, closed when told.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.escalations.sealed import context, question_of
from portal.domain.contacts.escalations.states import ESCALATION
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.approvals.services import INSTRUCTION_MAX, Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.program.escalation_settings import ESCALATION_KINDS
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded, telephone
from portal.domain.foundation.vault import seal_json
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.services import new_receipt_no
from portal.domain.requests.requests.models import Scan

TEXT_MAX = 1_000
SCREEN, PAPER, SHEET = "screen", "paper", "sheet"
WARD_ONLY_KINDS = frozenset({"protection"})
"""What these are about is read by the ward alone; others see that there is one, and until when."""
AGENTS = frozenset({Role.AGENT, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Question:
    """What is passed to the ward, as typed.

    ``telephone`` where the ward is to call somebody itself.
    """

    kind: str
    text: str = field(repr=False)
    telephone: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class WardAnswer:
    """What the ward answered.

    Its instruction's number and date go together, ``scan_id`` shows its letter.
    """

    text: str = field(repr=False)
    instruction: Instruction | None = None
    scan_id: int | None = None


def raise_escalation(
    work: Work, question: Question, *, call_id: int | None = None, household_id: int | None = None
) -> Escalation:
    """Pass a question to the ward, due after the business days that its kind has (``due_on``).

    Raises:
        InputError: no such kind, no words or too many, a secret in them, or no telephone number
            (code: the field).
        NotAllowedError: an agent without a call of the own of this day, or a household that was not
            opened in it.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("引き継げるのは、アカウントのある職員だけです。"))
    if question.kind not in ESCALATION_KINDS:
        raise InputError(_s("何についての引き継ぎかを選んでください。"), code="kind")
    number = telephone(question.telephone) if question.telephone.strip() else ""
    if number is None:
        raise InputError(_s("電話番号を、市外局番から数字で入力してください。"), code="telephone")
    check_words(work, question.text)
    require_call(work, call_id=call_id, household_id=household_id)
    key, wrapped = work.vault.new_data_key()
    receipt_no = new_receipt_no()
    details = {"text": question.text.strip(), "telephone": number}
    row = Escalation(
        receipt_no=receipt_no,
        kind=question.kind,
        call_id=call_id,
        household_id=household_id,
        raised_by=work.actor.id,
        raised_at=work.now,
        due_on=due_on(work.program, question.kind, work.now),
        wrapped_key=wrapped,
        sealed=seal_json(key, details, context(receipt_no)),
    )
    work.session.add(row)
    work.session.flush()
    _note(work, row, "escalation.raised", kind=row.kind)
    return row


def due_on(program: Program, kind: str, now: datetime) -> date:
    """Return the business day (JST) by which the ward answers a question of this kind that is raised now."""
    return program.calendar.business_days_after(jst_date(now), program.escalations.due_days(kind))


def check_words(work: Work, text: str, field_name: str = "text") -> None:
    """Refuse words that are missing, too long or hold what nobody may write down.

    Raises:
        InputError: they do (code: the field's name).
    """
    if not text.strip():
        raise InputError(_s("内容を書いてください。"), code=field_name)
    if len(text) > TEXT_MAX:
        raise InputError(
            _s("%(most)d文字までで書いてください。") % {"most": TEXT_MAX}, code=field_name
        )
    try:
        refuse_secrets(text)
        refuse_coupons(work, text)
    except InputError as error:
        raise InputError(error.message, code=field_name) from None


def require_call(work: Work, *, call_id: int | None, household_id: int | None) -> None:
    """Refuse an agent who acts outside a call of the own, or on a household that was not opened in it.

    A call still counts on the day (JST) on which it ended: what it left open is often entered just
    after it.

    Raises:
        NotAllowedError: it is so.
    """
    call = work.session.get(Call, call_id) if call_id is not None else None
    own = call is not None and call.agent_id == work.actor.id
    if call is not None and call.state == ENDED:
        own = own and call.ended_at is not None and jst_date(call.ended_at) == jst_date(work.now)
    if (call_id is not None and not own) or (call_id is None and work.actor.role in AGENTS):
        raise NotAllowedError(_s("自分の受付の中か、それを終えた当日にだけできます。"))
    if household_id is None or work.actor.role not in AGENTS:
        return
    opened = select(CallHousehold.id).where(
        CallHousehold.call_id == call_id, CallHousehold.household_id == household_id
    )
    if work.session.scalar(opened) is None:
        raise NotAllowedError(_s("この受付で開いていない世帯です。"))


def answer(
    work: Work, escalation_id: int, given: WardAnswer, *, sheet_id: int | None = None
) -> EscalationAnswer:
    """Keep the ward's answer.

    Somebody outside the ward enters only what it wrote: its number, a scan or its sheet.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: it is not open.
        InputError: no words, or an instruction that cannot be (code: the field).
        NotAllowedError: nothing written of the ward's is named.
    """
    row = locked(work.session, escalation_id)
    state = ESCALATION.next(row.state, "answer")
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("答えを記録できるのは、アカウントのある職員だけです。"))
    check_words(work, given.text)
    instruction = _checked(given.instruction, work.now)
    source = (
        SHEET
        if sheet_id is not None
        else SCREEN
        if work.actor.organization is Organization.WARD
        else PAPER
    )
    if source == PAPER and instruction is None and given.scan_id is None:
        raise NotAllowedError(
            _s("区の書面の番号と日付を入力するか、書面のスキャンを付けてください。"),
            code="instruction_no",
        )
    found = EscalationAnswer(
        escalation_id=row.id,
        source=source,
        scan_id=given.scan_id,
        sheet_id=sheet_id,
        answered_by=work.actor.id,
        answered_at=work.now,
        instruction_no=instruction.number if instruction else None,
        instruction_date=instruction.day if instruction else None,
        sealed=seal_json(
            work.vault.unwrap(row.wrapped_key),
            {"text": given.text.strip()},
            context(row.receipt_no),
        ),
    )
    row.state = state
    if given.scan_id is not None and row.kind in WARD_ONLY_KINDS:
        work.session.get_one(Scan, given.scan_id).ward_only = True
    work.session.add(found)
    work.session.flush()
    _note(work, row, "escalation.answer", source=source)
    return found


def read_instruction_no(typed: str) -> str:
    """Return the number of an instruction in normal width, as it is stored and looked for."""
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


def close(work: Work, escalation_id: int, *, unread: bool = False) -> Escalation:
    """Close an answered question: who asked was told, or needs no answer.

    ``unread``: this person may read the ward's answer and has not: then nobody can have been told.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: it has no answer, or was closed before.
        ConflictError: the answer is unread.
    """
    if unread and ESCALATION.can(locked(work.session, escalation_id).state, "close"):
        raise ConflictError(_s("区の回答を見て、本人に伝えたら、終わりにできます。"))
    return _end(work, escalation_id, "close")


def withdraw(work: Work, escalation_id: int) -> Escalation:
    """Take an open question back.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: it was answered or taken back before.
    """
    return _end(work, escalation_id, "withdraw")


def _end(work: Work, escalation_id: int, action: str) -> Escalation:
    row = locked(work.session, escalation_id)
    row.state = ESCALATION.next(row.state, action)
    row.ended_at = work.now
    _note(work, row, f"escalation.{action}")
    return row


def reopen(work: Work, escalation_id: int, words: str) -> Escalation:
    """Ask the ward again, with what is still open.

    The day by which it answers begins anew, and answers are kept.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: it is open or was taken back.
        InputError: nothing says what is still open (code ``more``).
    """
    row = locked(work.session, escalation_id)
    state = ESCALATION.next(row.state, "reopen")
    check_words(work, words, "more")
    key = work.vault.unwrap(row.wrapped_key)
    details = question_of(work.vault, row)
    details["text"] = f"{details['text']}\n\n{words.strip()}"
    row.sealed = seal_json(key, details, context(row.receipt_no))
    row.state, row.ended_at, row.due_on = state, None, due_on(work.program, row.kind, work.now)
    _note(work, row, "escalation.reopen")
    return row


def locked(session: Session, escalation_id: int) -> Escalation:
    """Return a question, locked to the end of the transaction.

    Raises:
        NotFoundError: there is none of that key.
    """
    statement = select(Escalation).where(Escalation.id == escalation_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFoundError(_s("この引き継ぎは見つかりませんでした。"))
    return row


def _note(work: Work, row: Escalation, action: str, **detail: Any) -> None:
    record(
        work,
        action,
        "escalation",
        row.id,
        household_id=row.household_id,
        call=row.call_id,
        **detail,
    )
