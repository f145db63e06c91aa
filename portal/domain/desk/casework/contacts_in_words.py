"""What people said to each other: calls, notes, questions to the ward."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.categories import Category, Subcategory
from portal.domain.contacts.calls.kinds import Result as CallResult
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.written import TEXT, read_text
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.escalations.states import EscalationState
from portal.domain.contacts.notes.kinds import NoteDesk, NoteTopic
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.contacts.notes.queries import notes_of
from portal.domain.contacts.notes.services import text_of
from portal.domain.contacts.notes.states import NoteState
from portal.domain.desk.casework.contact import KEY, MOST, Contact, ContactKind, HistoryReader
from portal.domain.foundation.texts import _s, label_of

QUESTIONS_OF_WARD = (EscalationKind.PROTECTION, EscalationKind.CHANGE_OF_RECIPIENT)
TOPICS_OF_WARD = (Subcategory.LIVING_APART,)
# built once: building a statement takes longer than running it
_RECENT = (
    select(CallHousehold.call_id)
    .where(CallHousehold.household_id == KEY, CallHousehold.call_id != bindparam("but_call"))
    .order_by(CallHousehold.call_id.desc())
    .limit(MOST)
    .subquery()
)
_CALLS = (
    select(
        Call.id,
        Call.started_at,
        Call.receipt_no,
        Call.category,
        Call.subcategory,
        Call.result,
        Call.agent_id,
        Call.sealed.is_not(None).label("written"),
        # protected households included
        exists(CallHousehold.id)
        .where(CallHousehold.call_id == Call.id, CallHousehold.household_id != KEY)
        .label("shared"),
        or_(
            exists(Escalation.id).where(
                Escalation.call_id == Call.id, Escalation.kind.in_(QUESTIONS_OF_WARD)
            ),
            exists(HouseholdNote.id).where(
                HouseholdNote.call_id == Call.id, HouseholdNote.topic != NoteTopic.GENERAL
            ),
        ).label("of_ward"),
    )
    .join(_RECENT, _RECENT.c.call_id == Call.id)
    .order_by(Call.id.desc())
)
_WRITTEN = select(Call).where(Call.id.in_(bindparam("keys", expanding=True)))
_QUESTIONS = (
    select(
        Escalation.raised_at,
        Escalation.id,
        Escalation.receipt_no,
        Escalation.kind,
        Escalation.state,
        Escalation.raised_by,
    )
    .where(Escalation.household_id == KEY)
    .order_by(Escalation.id.desc())
    .limit(MOST)
)


def calls(
    session: Session, household_id: int, reader: HistoryReader, but_call: int | None
) -> Iterator[Contact]:
    """Yield the calls in which a household was opened, but for the call in progress."""
    values = {"household_id": household_id, "but_call": but_call or 0, "most": reader.most}
    rows = session.execute(_CALLS, values).all()
    readable = {row.id for row in rows if _may_read(row, reader)}
    texts = _texts(session, reader, readable) if reader.shows_text and readable else {}
    for row in rows:
        yield Contact(
            row.started_at,
            ContactKind.CALL,
            row.id,
            row.receipt_no,
            _topic(row),
            label_of(CallResult, row.result) if row.result else _s("まだ終わっていません"),
            row.agent_id,
            of_ward=_is_of_ward(row),
            has_text=row.id in readable,
            text=texts.get(row.id, ""),
        )


def _is_of_ward(call: Row[*tuple[Any, ...]]) -> bool:
    """Return whether something was said in a call that is the ward's."""
    return call.of_ward or call.subcategory in TOPICS_OF_WARD


def _may_read(call: Row[*tuple[Any, ...]], reader: HistoryReader) -> bool:
    """Return whether the words of a call may be read, where there are any.

    What was written of a call with two households may be about the other one.
    """
    return call.written and not call.shared and (reader.of_ward or not _is_of_ward(call))


def _texts(session: Session, reader: HistoryReader, keys: set[int]) -> Mapping[int, str]:
    rows: Sequence[Call] = session.scalars(_WRITTEN, {"keys": sorted(keys)}).all()
    return {row.id: read_text(reader.vault, row).get(TEXT, "") for row in rows}


def _topic(call: Row[*tuple[Any, ...]]) -> str:
    if not call.category:
        return ""
    return f"{label_of(Category, call.category)}・{label_of(Subcategory, call.subcategory)}"


def questions(session: Session, household_id: int, reader: HistoryReader) -> Iterator[Contact]:
    """Yield the questions to the ward about a household."""
    asked = session.execute(_QUESTIONS, {"household_id": household_id, "most": reader.most})
    for at, key, receipt_no, kind, state, raised_by in asked:
        yield Contact(
            at,
            ContactKind.QUESTION,
            key,
            receipt_no,
            label_of(EscalationKind, kind) if reader.agent in {None, raised_by} else "",
            label_of(EscalationState, state),
            raised_by,
            of_ward=kind in QUESTIONS_OF_WARD,
        )


def notes(session: Session, household_id: int, reader: HistoryReader) -> Iterator[Contact]:
    """Yield the notes about a household."""
    for row in notes_of(session, household_id):
        may_read = reader.of_ward or not row.is_of_ward
        outcome = label_of(NoteState, row.state) if row.desk else ""
        if row.desk:
            desk = label_of(NoteDesk, row.desk)
            outcome = _s("%(desk)s：%(state)s") % {"desk": desk, "state": outcome}
        yield Contact(
            row.written_at,
            ContactKind.NOTE,
            row.id,
            row.receipt_no,
            label_of(NoteTopic, row.topic),
            outcome,
            row.written_by,
            of_ward=row.is_of_ward,
            has_text=may_read,
            text=text_of(reader.vault, row) if may_read and reader.shows_text else "",
        )
