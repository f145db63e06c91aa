"""What people said to each other: calls, notes, questions to the ward."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
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
from portal.domain.desk.casework.contact import LIMIT, Contact, ContactKind, HistoryReader
from portal.domain.foundation.texts import _s, label_of

QUESTIONS_OF_WARD = (EscalationKind.PROTECTION, EscalationKind.CHANGE_OF_RECIPIENT)
TOPICS_OF_WARD = (Subcategory.LIVING_APART,)


def calls(
    session: Session, household_id: int, reader: HistoryReader, but_call: int | None
) -> Iterator[Contact]:
    """Yield the calls in which a household was opened, but for the call in progress."""
    opened = select(CallHousehold.call_id).where(CallHousehold.household_id == household_id)
    rows = session.scalars(
        select(Call)
        .where(Call.id.in_(opened), Call.id != (but_call or 0))
        .order_by(Call.id.desc())
        .limit(LIMIT)
    ).all()
    keys = [row.id for row in rows]
    shared = _shared(session, keys)
    wards = _calls_of_ward(session, keys)
    for row in rows:
        of_ward = row.id in wards or row.subcategory in TOPICS_OF_WARD
        # what was written of a call with two households may be about the other one
        has_text = row.sealed is not None and not shared[row.id] and (reader.of_ward or not of_ward)
        text = read_text(reader.vault, row).get(TEXT, "") if has_text and reader.shows_text else ""
        yield Contact(
            row.started_at,
            ContactKind.CALL,
            row.id,
            row.receipt_no,
            _topic(row),
            label_of(CallResult, row.result) if row.result else _s("まだ終わっていません"),
            row.agent_id,
            of_ward=of_ward,
            has_text=has_text,
            text=text,
        )


def _topic(call: Call) -> str:
    if not call.category:
        return ""
    return f"{label_of(Category, call.category)}・{label_of(Subcategory, call.subcategory)}"


def _shared(session: Session, calls: Sequence[int]) -> Mapping[int, bool]:
    """Return which calls opened more households than one, protected ones included."""
    rows = session.scalars(select(CallHousehold.call_id).where(CallHousehold.call_id.in_(calls)))
    return {key: count > 1 for key, count in Counter(rows).items()}


def _calls_of_ward(session: Session, calls: Sequence[int]) -> set[int]:
    """Return the calls in which something was said that is the ward's."""
    asked = select(Escalation.call_id).where(
        Escalation.call_id.in_(calls), Escalation.kind.in_(QUESTIONS_OF_WARD)
    )
    noted = select(HouseholdNote.call_id).where(
        HouseholdNote.call_id.in_(calls), HouseholdNote.topic != NoteTopic.GENERAL
    )
    return {key for found in (asked, noted) for key in session.scalars(found) if key is not None}


def questions(session: Session, household_id: int, reader: HistoryReader) -> Iterator[Contact]:
    """Yield the questions to the ward about a household."""
    asked = select(Escalation).where(Escalation.household_id == household_id)
    for row in session.scalars(asked.order_by(Escalation.id.desc()).limit(LIMIT)):
        yield Contact(
            row.raised_at,
            ContactKind.QUESTION,
            row.id,
            row.receipt_no,
            label_of(EscalationKind, row.kind) if reader.agent in {None, row.raised_by} else "",
            label_of(EscalationState, row.state),
            row.raised_by,
            of_ward=row.kind in QUESTIONS_OF_WARD,
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
