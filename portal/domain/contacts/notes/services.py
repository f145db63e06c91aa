"""Write a note about a household, hand it to a desk, finish it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.domain.contacts.escalations.services import RaisedIn, check_words, require_call
from portal.domain.contacts.notes.kinds import NoteDesk, NoteTopic, desk_of
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.contacts.notes.queries import is_at
from portal.domain.contacts.notes.states import NOTE
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.staff.permissions import knows_protected
from portal.domain.people.tasks.services import new_receipt_no


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note as typed; ``desk`` is "" where nobody is to deal with it."""

    text: str = field(repr=False)
    topic: str = NoteTopic.GENERAL.value
    desk: str = ""


def write(work: Work, note: NewNote, raised: RaisedIn) -> HouseholdNote:
    """Write a note about the household of ``raised``.

    A note on violence, separation or a change of recipient goes to the ward's desk, whatever desk
    was chosen, and so does one about a protected household that is to go to a desk.

    Raises:
        NotFoundError: there is no such household, or the actor may not know of it.
        InputError: no such topic or desk, a missing or too long text, or a secret in it (code: the
            field).
        NotAllowedError: an agent without a call of their own today, or a household that was not
            opened in it.
    """
    household = _household(work, raised.household_id)
    topic = NoteTopic.known(note.topic)
    if topic is None:
        raise InputError(_s("何についてのメモかを選んでください。"), code="topic")
    desk = NoteDesk.WARD if topic.is_of_ward else _desk_for(household, note.desk)
    check_words(work, note.text, "note")
    require_call(work, raised)
    if work.actor.id is None:
        raise NotAllowedError(_s("メモを書けるのは、アカウントのある職員だけです。"))
    key, wrapped = work.vault.new_data_key()
    receipt_no = new_receipt_no()
    row = HouseholdNote(
        receipt_no=receipt_no,
        household_id=household.id,
        call_id=raised.call_id,
        topic=topic.value,
        wrapped_key=wrapped,
        sealed=seal_json(key, {"text": note.text.strip()}, _context(receipt_no)),
        written_by=work.actor.id,
        written_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _record(work, row, "household_note.written")
    if desk is not None:
        _assign(work, row, desk)
    return row


def assign(work: Work, note_id: int, desk: str) -> HouseholdNote:
    """Hand a note that waits at the actor's desk to another desk.

    Raises:
        NotFoundError: there is no such note at the actor's desk.
        InputError: no such desk, or only the ward may deal with it (code ``desk``).
        WrongStateError: it was finished before.
    """
    row = _at_own_desk(work, note_id)
    protected = work.session.get_one(Household, row.household_id).protected
    chosen = _desk(desk)
    if chosen is None:
        raise InputError(_s("どの窓口に回すかを選んでください。"), code="desk")
    if (row.is_of_ward or protected) and chosen is not NoteDesk.WARD:
        raise InputError(_s("このメモは、区だけが扱います。"), code="desk")
    _assign(work, row, chosen)
    return row


def finish(work: Work, note_id: int) -> HouseholdNote:
    """Finish a note that waits at the actor's desk.

    Raises:
        NotFoundError: there is no such note at the actor's desk.
        WrongStateError: it was finished before.
    """
    row = _at_own_desk(work, note_id)
    row.state = NOTE.next(row.state, "finish")
    row.done_by, row.done_at = work.actor.id, work.now
    _record(work, row, "household_note.finish")
    return row


def text_of(vault: Vault, row: HouseholdNote) -> str:
    """Unseal the text of a note."""
    opened = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, _context(row.receipt_no))
    return str(opened["text"])


def _context(receipt_no: str) -> str:
    return f"household_note:{receipt_no}"


def _household(work: Work, household_id: int | None) -> Household:
    found = work.session.get(Household, household_id) if household_id is not None else None
    if found is None or (found.protected and not knows_protected(work.actor)):
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    return found


def _desk(typed: str) -> NoteDesk | None:
    if not typed:
        return None
    found = NoteDesk.known(typed)
    if found is None:
        raise InputError(_s("どの窓口に回すかを選んでください。"), code="desk")
    return found


def _desk_for(household: Household, typed: str) -> NoteDesk | None:
    """Return the desk that deals with it: the ward's for a protected household; None for none."""
    desk = _desk(typed)
    return NoteDesk.WARD if desk is not None and household.protected else desk


def _assign(work: Work, row: HouseholdNote, desk: NoteDesk) -> None:
    row.state, row.desk, row.assigned_at = NOTE.next(row.state, "assign"), desk.value, work.now
    _record(work, row, "household_note.assign", desk=desk.value)


def _at_own_desk(work: Work, note_id: int) -> HouseholdNote:
    """Return a note of the actor's desk, locked; one that the actor may not know is not there."""
    desk = desk_of(work.actor)
    row = None
    if desk is not None:
        row = work.session.scalar(
            select(HouseholdNote)
            .join(Household, Household.id == HouseholdNote.household_id)
            .where(
                HouseholdNote.id == note_id,
                HouseholdNote.desk.is_not(None),
                is_at(desk, include_protected=knows_protected(work.actor)),
            )
            .with_for_update(of=HouseholdNote)
            .execution_options(populate_existing=True)
        )
    if row is None:
        raise NotFoundError(_s("このメモは見つかりませんでした。"))
    return row


def _record(work: Work, row: HouseholdNote, action: str, **detail: Any) -> None:
    work.session.flush()
    record(
        work,
        action,
        "household_note",
        row.id,
        household_id=row.household_id,
        call=row.call_id,
        **detail,
    )
