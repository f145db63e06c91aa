"""Access to a FAX case: the calls about it, its household, and who may see its pages."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.levels import Level, level_of
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.queries import case_by_id
from portal.domain.contacts.faxes.states import OPEN, RECEIVED
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.requests.requests import scans
from portal.domain.requests.requests.models import Scan
from portal.domain.requests.requests.scans import ScanReason

LEADS = frozenset({Role.SUPERVISOR, Role.OFFICER})


def own_call(work: Work, case_id: int) -> Call | None:
    """Return the actor's active call about a case, or None."""
    call = current_call(work)
    return call if call is not None and call.fax_case_id == case_id else None


def verified_households(session: Session, call: Call) -> list[int]:
    """Return the keys of the households that a call has verified (``Level.STATUS`` and more)."""
    opened = session.scalars(
        select(CallHousehold.household_id)
        .join(Household, Household.id == CallHousehold.household_id)
        .where(CallHousehold.call_id == call.id, Household.protected.is_(False))
        .order_by(CallHousehold.id)
    )
    return [key for key in opened if level_of(session, call, key) >= Level.STATUS]


def link_household(work: Work, case: FaxCase) -> None:
    """Record the case's household, once the actor's call about it has verified exactly one."""
    call = own_call(work, case.id)
    if case.household_id is not None or call is None:
        return
    known = verified_households(work.session, call)
    if len(known) == 1:
        case.household_id = known[0]
        work.session.get_one(Scan, case.scan_id).household_id = known[0]


def may_see_pages(work: Work, case: FaxCase) -> bool:
    """Return whether the actor may see a case's pages and the number of its sender.

    These are the agent who handles it, the person who has just entered it, and, while it waits,
    supervisors and officers. Whose FAX it is makes no difference: one of a protected household
    looks like one of nobody known (decision 0045).
    """
    fresh = case.state == RECEIVED and case.entered_by == work.actor.id
    lead = work.actor.role in LEADS and case.state in OPEN
    return fresh or lead or own_call(work, case.id) is not None


def visible_scan(session: Session, scan_id: int, *, include_protected: bool) -> Scan | None:
    """Return a scan without its content; None where there is none, or the reader may not know.

    The scan of a FAX that waits is visible like paper on the table. Afterwards it is its
    household's; one of nobody known is then the ward's alone, as that of a protected household.
    """
    case = session.scalar(select(FaxCase).where(FaxCase.scan_id == scan_id))
    if include_protected or case is None:
        return scans.visible_scan(session, scan_id, include_protected=include_protected)
    if case.state in OPEN:
        return session.get(Scan, scan_id)
    of_somebody = case.household_id is not None
    found = scans.visible_scan(session, scan_id, include_protected=False)
    return found if of_somebody else None


def named_outside_the_ward(session: Session, replies: Iterable[FaxReply]) -> frozenset[int]:
    """Return those of the replies' households that may be named outside the ward."""
    keys = {reply.household_id for reply in replies if reply.household_id is not None}
    ordinary = select(Household.id).where(Household.id.in_(keys), Household.protected.is_(False))
    return frozenset(session.scalars(ordinary))


def read_page(work: Work, case_id: int, number: int) -> tuple[bytes, str]:
    """Return a page (``number`` from 1) of a case's file with its media type; log the access.

    Raises:
        NotFoundError: there is no such case or page.
        NotAllowedError: the actor does not handle it.
    """
    case = case_by_id(work.session, case_id)
    if not 0 < number <= case.pages:
        raise NotFoundError(_s("このFAXは見つかりませんでした。"))
    if not may_see_pages(work, case):
        raise NotAllowedError(
            _s("先に「対応を始める」を押してください。FAXは、対応している人だけが見られます。")
        )
    return scans.open_scan(work, case.scan_id, ScanReason.FAX)


def read_sender(work: Work, case_id: int) -> FaxCase:
    """Log that the actor reads the number in a case's header, and return the case.

    Raises:
        NotFoundError: there is no such case.
        NotAllowedError: the actor does not handle it.
    """
    case = case_by_id(work.session, case_id)
    if not may_see_pages(work, case):
        raise NotAllowedError(
            _s("先に「対応を始める」を押してください。番号は、対応している人だけが見られます。")
        )
    record(work, "fax.sender_read", "fax_case", case.id, household_id=case.household_id)
    return case
