"""What goes to a family is the ward's alone as soon as the ward names that family as protected.

An open addition or change names its recipient only in what is sealed, so no list can ask for it.
Whoever loads a list or an extract goes through the open ones, which are few (decision 95).
"""

from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import household_digest
from portal.domain.requests.recipients.newcomer import Newcomer, of_ward
from portal.domain.requests.recipients.written import (
    ADDITION_WRITTEN,
    CHANGE_WRITTEN,
    AdditionNote,
    ChangeNote,
)
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request, Scan
from portal.domain.requests.requests.services import touch, written_in
from portal.domain.requests.requests.states import RequestState

LEFT = "request.left_to_ward"
_LEFT = select(AuditEvent.subject_id).where(
    AuditEvent.subject == "request", AuditEvent.action == LEFT, AuditEvent.subject_id == Request.id
)


def leave_to_ward(work: Work) -> None:
    """Leave the open additions and changes to the ward that go to a family protected by now.

    They are gone for everybody else, with their scans. A page of the ward that was opened before
    cannot decide on them, also on one that was the ward's already: it did not say that the
    recipient is protected.
    """
    entries = select(Request).where(
        Request.kind.in_((RequestKind.ADDITION, RequestKind.RECIPIENT_CHANGE)),
        Request.state != RequestState.CLOSED,
        Request.id.not_in(_LEFT),
    )
    for row in work.session.scalars(entries.order_by(Request.id).with_for_update()).all():
        note = _note(work, row)
        if not _goes_to_protected(work, note.newcomer):
            continue
        row.ward_only = True
        touch(row, work.now)
        if note.scan_id is not None:
            work.session.get_one(Scan, note.scan_id).ward_only = True
        record(work, LEFT, "request", row.id, kind=row.kind)
    work.session.flush()


def refuse_for_protected(work: Work, newcomer: Newcomer) -> None:
    """Refuse whoever may not know of the recipient's family, as for a request that is not there.

    Raises:
        NotFoundError: the recipient is protected, and the actor is not of the ward.
    """
    if not of_ward(work.actor) and _goes_to_protected(work, newcomer):
        raise NotFoundError(_s("この申請は見つかりませんでした。"))


def _goes_to_protected(work: Work, newcomer: Newcomer) -> bool:
    """Return whether a recipient is a stored household under protection.

    It was chosen, or only its number was typed, by somebody for whom it was not there.
    """
    if newcomer.household_id is not None:
        which = Household.id == newcomer.household_id
    else:
        which = Household.number_digest == household_digest(work.vault, newcomer.number)
    query = select(Household.id).where(which, Household.protected.is_(True))
    return work.session.scalar(query) is not None


def _note(work: Work, row: Request) -> AdditionNote | ChangeNote:
    if row.kind == RequestKind.ADDITION:
        return written_in(work.vault, row, ADDITION_WRITTEN)
    return written_in(work.vault, row, CHANGE_WRITTEN)
