"""Every contact with a household in one order: calls, FAX, call-backs, requests, letters, notes.

What is about violence, separation or a change of recipient is the ward's: others read that the ward
handles something, not what. Requests that only the ward may know are not there for others at all.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.domain.desk.casework import contacts_in_words, contacts_on_paper
from portal.domain.desk.casework.contact import LIMIT, Contact, HistoryReader


def contact_history(
    session: Session, household_id: int, reader: HistoryReader, *, but_call: int | None = None
) -> Sequence[Contact]:
    """Return a household's contacts, newest first, at most ``LIMIT``; ``but_call`` is not among."""
    found = [
        *contacts_in_words.calls(session, household_id, reader, but_call),
        *contacts_on_paper.faxes(session, household_id),
        *contacts_on_paper.call_backs(session, household_id),
        *contacts_in_words.questions(session, household_id, reader),
        *contacts_on_paper.requests(session, household_id, of_ward=reader.of_ward),
        *contacts_on_paper.letters(session, household_id),
        *contacts_in_words.notes(session, household_id, reader),
    ]
    if not reader.of_ward:
        found = [_without_content(one) if one.of_ward else one for one in found]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)[:LIMIT]


def _without_content(one: Contact) -> Contact:
    return replace(one, receipt_no="", what="", outcome="", by=None, has_text=False, text="")
