"""The contacts with a household, as its page and the call desk show them, and notes about it."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from admin.access import allowed
from admin.carrying_out import carry_out_once
from admin.page import Page, StaffWho
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.contacts.notes.kinds import NoteDesk, NoteTopic
from portal.domain.contacts.notes.services import NewNote, write
from portal.domain.desk.casework.contact import LIMIT, RECENT, Contact, ContactKind, HistoryReader
from portal.domain.desk.casework.contact_history import Known, contact_history
from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import NotFoundError
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again, Shows
from portal.platform.http.answer import Reply
from portal.platform.view import View

NOTE_FIELDS = frozenset({"note", "topic", "desk"})
PLACES: Mapping[ContactKind, tuple[str, Permission]] = {
    ContactKind.CALL: ("/calls", Permission.HANDLE_CALLS),
    ContactKind.FAX: ("/faxes", Permission.HANDLE_FAXES),
    ContactKind.FAX_REPLY: ("/faxes", Permission.HANDLE_FAXES),
    ContactKind.CALL_BACK: ("/call-backs", Permission.HANDLE_CALLS),
    ContactKind.QUESTION: ("/escalations", Permission.SEE_ESCALATIONS),
    ContactKind.REQUEST: ("/reviews", Permission.SEE_REQUESTS),
}
"""Where a contact has a page of its own, and who may open it."""


class ContactRow(Struct, frozen=True):
    """One contact; ``address`` is its page, "" if this person has none for it."""

    contact: Contact
    address: str
    by: str


class ContactsView(View, frozen=True):
    """What ``admin/components/contacts.html`` shows."""

    contacts: Sequence[ContactRow]
    contacts_more: bool
    contacts_earlier: bool
    contacts_have_text: bool
    contacts_shown: bool
    note_topics: Sequence[NoteTopic]
    note_desks: Sequence[NoteDesk]


def wants_earlier(page: Page) -> bool:
    """Tell whether what lies further back is asked for, too."""
    return page.query.get("earlier") == "1"


def contacts_of(
    page: Page,
    household_id: int,
    *,
    shown: bool,
    but_call: int | None = None,
    known: Known | None = None,
) -> ContactsView:
    """Return the contacts with a household for this person.

    ``shown``: the words of calls and notes are unmasked. ``but_call`` is the call in progress,
    ``known`` what was read of them already.
    """
    staff = page.who.staff
    agent = staff.id if staff is not None and staff.role == Role.AGENT else None
    of_ward = allowed(page, Permission.KNOW_PROTECTED)
    earlier = wants_earlier(page)
    most = LIMIT if earlier else RECENT
    reader = HistoryReader(of_ward, page.site.vault, shown, agent, most + 1)
    found = contact_history(page.session, household_id, reader, but_call=but_call, known=known)
    more, found = len(found) > most, found[:most]
    names = staff_names(page.session, {one.by for one in found if one.by is not None})
    return ContactsView(
        contacts=[
            ContactRow(one, _address(page, one, agent), names.get(one.by or 0, "")) for one in found
        ],
        contacts_more=more and not earlier,
        contacts_earlier=earlier,
        contacts_have_text=any(one.has_text for one in found),
        contacts_shown=shown,
        note_topics=list(NoteTopic),
        note_desks=list(NoteDesk),
    )


def _address(page: Page, one: Contact, agent: int | None) -> str:
    """Return the page of a contact.

    An agent opens only calls and questions of their own; what is the ward's has none for others.
    """
    place = PLACES.get(one.kind)
    if place is None or not allowed(page, place[1]):
        return ""
    if one.of_ward and not allowed(page, Permission.KNOW_PROTECTED):
        return ""
    of_others = one.kind in {ContactKind.CALL, ContactKind.QUESTION} and one.by != agent
    return "" if agent is not None and of_others else f"{place[0]}/{one.key}"


def write_note(page: Page, raised: RaisedIn, done: str, shows: Shows[StaffWho]) -> Reply:
    """Write the note that was typed about the household of ``raised``, once."""
    form = page.form
    note = NewNote(form.get("note"), form.get("topic"), form.get("desk"))
    again = Again(shows, "note", NOTE_FIELDS, but=NotFoundError)
    return carry_out_once(page, lambda: write(page.work, note, raised), done, again)
