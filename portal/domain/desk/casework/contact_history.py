"""Every contact with a household in one order: calls, FAX, call-backs, requests, letters, notes.

What is about violence, separation or a change of recipient is the ward's: others read that the ward
handles something, not what. Requests that only the ward may know are not there for others at all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec import Struct, field
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import CallHousehold
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.desk.casework import contacts_in_words, contacts_on_paper
from portal.domain.desk.casework.contact import KEY, Contact, ContactKind, HistoryReader
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.queries import letters_of
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import mail_of_letters
from portal.domain.people.tasks.models import Task

_CONDITIONS = {
    ContactKind.CALL: exists(CallHousehold.id).where(CallHousehold.household_id == KEY),
    ContactKind.FAX: exists(FaxCase.id).where(FaxCase.household_id == KEY),
    ContactKind.FAX_REPLY: exists(FaxReply.id).where(contacts_on_paper.SENT_TO),
    ContactKind.CALL_BACK: exists(Task.id).where(contacts_on_paper.TO_CALL_BACK),
    ContactKind.QUESTION: exists(Escalation.id).where(Escalation.household_id == KEY),
    ContactKind.LETTER: exists(Letter.id).where(Letter.household_id == KEY),
    ContactKind.NOTE: exists(HouseholdNote.id).where(HouseholdNote.household_id == KEY),
}
"""Whether a household has contacts of a kind.

Requests are read in any case: some are hidden, and whether there are any must tell nobody of them.
"""
THERE = tuple(_CONDITIONS.values())
"""The same as columns of another select, whose parameter ``household_id`` is the household."""
_THERE = select(*THERE)


def kinds_there(found: Sequence[bool]) -> Collection[ContactKind]:
    """Return the kinds of which a household has contacts, from the values of ``THERE``."""
    return {kind for kind, there in zip(_CONDITIONS, found, strict=True) if there}


class Known(Struct, frozen=True):
    """What of a household's contacts was read already.

    Attributes:
        kinds: The kinds of contacts there are.
        letters: Its letters.
        mails: The last posting of each letter, by the letter's key.
    """

    kinds: Collection[ContactKind]
    letters: Sequence[Letter] = ()
    mails: Mapping[int, Shipment] = field(default_factory=dict)


def known_of(session: Session, household_id: int, kinds: Collection[ContactKind]) -> Known:
    """Return the kinds of contacts of a household with its letters, read only if it has any."""
    if ContactKind.LETTER not in kinds:
        return Known(kinds)
    mails = mail_of_letters(session, household_id)
    return Known(kinds, letters_of(session, household_id), mails)


def _known(session: Session, household_id: int) -> Known:
    found = session.execute(_THERE, {"household_id": household_id}).one()
    return known_of(session, household_id, kinds_there(found))


def contact_history(
    session: Session,
    household_id: int,
    reader: HistoryReader,
    *,
    but_call: int | None = None,
    known: Known | None = None,
) -> Sequence[Contact]:
    """Return a household's contacts, newest first, as many as the reader asks for.

    ``but_call`` is not among them. ``known`` is what the caller has read already.
    """
    known = known or _known(session, household_id)
    found = list(_all(session, household_id, reader, but_call, known))
    if not reader.of_ward:
        found = [_without_content(one) if one.of_ward else one for one in found]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)[: reader.most]


def _all(
    session: Session,
    household_id: int,
    reader: HistoryReader,
    but_call: int | None,
    known: Known,
) -> Iterator[Contact]:
    if ContactKind.CALL in known.kinds:
        yield from contacts_in_words.calls(session, household_id, reader, but_call)
    yield from contacts_on_paper.requests(session, household_id, reader)
    yield from contacts_on_paper.letters(known.letters, known.mails)
    for kind, read in (
        (ContactKind.FAX, contacts_on_paper.faxes),
        (ContactKind.FAX_REPLY, contacts_on_paper.fax_replies),
        (ContactKind.CALL_BACK, contacts_on_paper.call_backs),
        (ContactKind.QUESTION, contacts_in_words.questions),
        (ContactKind.NOTE, contacts_in_words.notes),
    ):
        if kind in known.kinds:
            yield from read(session, household_id, reader)


def _without_content(one: Contact) -> Contact:
    return replace(one, receipt_no="", what="", outcome="", by=None, has_text=False, text="")
