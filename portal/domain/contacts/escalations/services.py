"""Questions to the ward: raised from a call, and closed when the caller has been informed."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.escalations import pausing
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.escalations.sealed import context, question_of
from portal.domain.contacts.escalations.states import ESCALATION
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import telephone
from portal.domain.foundation.vault import seal_json
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.services import new_receipt_no

TEXT_MAX = 1_000
WARD_ONLY_KINDS: frozenset[str] = frozenset({EscalationKind.PROTECTION})
"""Kinds whose content only the ward reads; others see that a question exists and its due day."""
AGENTS = frozenset({Role.AGENT, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the ward, as typed.

    ``telephone`` is set if the ward is to call somebody itself.
    """

    kind: str
    text: str = field(repr=False)
    telephone: str = field(repr=False, default="")


class RaisedIn(Struct, frozen=True):
    """The call in which a follow-up was raised, and the household that it is about, if any."""

    call_id: int | None = None
    household_id: int | None = None


OUTSIDE_CALLS = RaisedIn()


def raise_escalation(
    work: Work, question: Question, raised: RaisedIn = OUTSIDE_CALLS
) -> Escalation:
    """Pass a question to the ward; ``due_on`` gives its due day.

    One about protection pauses what is sent to its household (``pausing``).

    Raises:
        InputError: no such kind, a missing or too long text, a secret in it, or an invalid
            telephone number (code: the field).
        NotAllowedError: an agent without a call of their own today, or a household that was not
            opened in it.
    """
    number = _checked(work, question, raised)
    key, wrapped = work.vault.new_data_key()
    receipt_no = new_receipt_no()
    details = {"text": question.text.strip(), "telephone": number}
    row = Escalation(
        receipt_no=receipt_no,
        kind=question.kind,
        call_id=raised.call_id,
        household_id=raised.household_id,
        raised_by=work.actor.id,
        raised_at=work.now,
        due_on=due_on(work.program, question.kind, work.now),
        wrapped_key=wrapped,
        sealed=seal_json(key, details, context(receipt_no)),
    )
    work.session.add(row)
    work.session.flush()
    record_event(work, row, "escalation.raised", kind=row.kind)
    pausing.begin(work, row)
    return row


def _checked(work: Work, question: Question, raised: RaisedIn) -> str:
    """Return the digits of the telephone number, "" for none. Raises as ``raise_escalation``."""
    if work.actor.id is None:
        raise NotAllowedError(_s("引き継げるのは、アカウントのある職員だけです。"))
    if EscalationKind.known(question.kind) is None:
        raise InputError(_s("何についての引き継ぎかを選んでください。"), code="kind")
    number = telephone(question.telephone) if question.telephone.strip() else ""
    if number is None:
        raise InputError(_s("電話番号を、市外局番から数字で入力してください。"), code="telephone")
    check_words(work, question.text)
    require_call(work, raised)
    return number


def due_on(program: Program, kind: str, now: datetime) -> date:
    """Return the business day (JST) by which the ward answers a question raised now."""
    return program.calendar.business_days_after(jst_date(now), program.escalations.due_days(kind))


def check_words(work: Work, text: str, field_name: str = "text") -> None:
    """Refuse a text that is missing, too long, or has what nobody may write down.

    Raises:
        InputError: it is refused (code: the field's name).
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


def require_call(work: Work, raised: RaisedIn) -> None:
    """Refuse an agent outside a call of their own, or for a household not opened in it.

    A call counts until the end of the day (JST) on which it ended: what it left open is often
    entered just after it.

    Raises:
        NotAllowedError: the agent is refused.
    """
    call_id, household_id = raised.call_id, raised.household_id
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


def close(work: Work, escalation_id: int, *, unread: bool = False) -> Escalation:
    """Close an answered question: the caller has been informed, or needs no answer.

    ``unread``: the actor may read the ward's answer but has not, so that nobody can be informed
    yet.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: it has no answer, or was closed before.
        ConflictError: the answer is unread.
    """
    if unread and ESCALATION.can(locked(work.session, escalation_id).state, "close"):
        raise ConflictError(_s("区の回答を見て、本人に伝えたら、終わりにできます。"))
    return _end(work, escalation_id, "close")


def withdraw(work: Work, escalation_id: int) -> Escalation:
    """Withdraw an open question.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: it was answered or withdrawn before.
    """
    return _end(work, escalation_id, "withdraw")


def _end(work: Work, escalation_id: int, action: str) -> Escalation:
    row = locked(work.session, escalation_id)
    row.state = ESCALATION.next(row.state, action)
    row.ended_at = work.now
    record_event(work, row, f"escalation.{action}")
    return row


def reopen(work: Work, escalation_id: int, words: str) -> Escalation:
    """Ask the ward again, with what is still open.

    The due day is set anew; former answers are kept.

    Raises:
        NotFoundError: there is no such question.
        WrongStateError: it is open or was withdrawn.
        InputError: the text of what is still open is missing (code ``more``).
    """
    row = locked(work.session, escalation_id)
    state = ESCALATION.next(row.state, "reopen")
    check_words(work, words, "more")
    key = work.vault.unwrap(row.wrapped_key)
    asked = question_of(work.vault, row)
    longer = replace(asked, text=f"{asked.text}\n\n{words.strip()}")
    row.sealed = seal_json(key, asdict(longer), context(row.receipt_no))
    row.state, row.ended_at, row.due_on = state, None, due_on(work.program, row.kind, work.now)
    record_event(work, row, "escalation.reopen")
    pausing.begin(work, row)
    return row


def locked(session: Session, escalation_id: int) -> Escalation:
    """Return a question, locked to the end of the transaction.

    Raises:
        NotFoundError: there is no such question.
    """
    statement = select(Escalation).where(Escalation.id == escalation_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFoundError(_s("この引き継ぎは見つかりませんでした。"))
    return row


def record_event(work: Work, row: Escalation, action: str, **detail: Any) -> None:
    """Record an audit event about a question to the ward."""
    record(
        work,
        action,
        "escalation",
        row.id,
        household_id=row.household_id,
        call=row.call_id,
        **detail,
    )
