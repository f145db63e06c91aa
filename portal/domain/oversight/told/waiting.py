"""What waits for somebody of a role: counts alone, of no family under protection."""

from collections.abc import Iterator, Sequence

from portal.domain.contacts.escalations import queries as escalations
from portal.domain.contacts.hours import queries as hours
from portal.domain.contacts.site_texts import queries as site_texts
from portal.domain.desk.casework.proposals import open_counts
from portal.domain.desk.casework.reviews import queue
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.wide_reads import BySession
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.queries import DueClock, due_clocks
from portal.domain.oversight.copies.queries import overdue_count
from portal.domain.oversight.reports.monthly.due import CALLS, DELIVERY, Due, due_reports
from portal.domain.oversight.told.words import Item, Waiting
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, allows

PATHS = {CALLS: "/call-report", DELIVERY: "/delivery-report"}
_SEES = {CALLS: Permission.SEE_CALL_REPORT, DELIVERY: Permission.SEE_REPORTS}


def may(user: StaffUser, permission: Permission) -> bool:
    """Return whether an account holds a permission."""
    return allows(permission, Role(user.role), Organization(user.organization))


def items_of(work: Work, user: StaffUser) -> Sequence[Item]:
    """Return what waits for an account, in the order of the mail.

    Mail is read outside of a site: it counts no protected family for anybody.
    """
    return [item for item in _items(work, user) if item.count]


def _items(work: Work, user: StaffUser) -> Iterator[Item]:
    session, today = work.session, jst_date(work.now)
    clocks = clocks_for(work, user)
    if clocks:
        yield incident_item(clocks)
    for due in reports_for(work, user):
        yield report_item(due)
    if may(user, Permission.SEE_TASKS):
        proposals = open_counts(session, include_protected=False)
        yield Item(Waiting.APPROVALS, sum(proposals.values()), "/")
    if may(user, Permission.SEE_REQUESTS):
        reviews = queue.counts(BySession(session), include_protected=False, today=today)
        yield Item(Waiting.REVIEWS, reviews.all, "/reviews")
    if may(user, Permission.ANSWER_ESCALATIONS):
        late = escalations.overdue(session, escalations.Reader(knows_protected=False), today)
        yield Item(Waiting.ESCALATIONS, late, "/escalations?late=1")
    if may(user, Permission.APPROVE_OPENING_HOURS):
        yield Item(Waiting.HOURS, hours.waiting_count(session), "/opening-hours")
    if may(user, Permission.RELEASE_SITE_TEXTS):
        yield Item(Waiting.SITE_TEXTS, site_texts.waiting_count(session), "/site-texts")
    if may(user, Permission.SEE_COPIES):
        yield Item(Waiting.COPIES, overdue_count(session, today), "/copies?shown=overdue")


def clocks_for(work: Work, user: StaffUser) -> Sequence[DueClock]:
    """Return the running deadlines of incidents, for who may see incidents."""
    if not may(user, Permission.SEE_INCIDENTS):
        return []
    return due_clocks(work.session, work.now)


def incident_item(clocks: Sequence[DueClock]) -> Item:
    """Return deadlines of incidents as one item; the earliest stands first."""
    return Item(Waiting.INCIDENTS, len(clocks), "/incidents", clocks[0].hand.last_day)


def reports_for(work: Work, user: StaffUser) -> Sequence[Due]:
    """Return the reports that are due by the next business day or overdue, for who sees them."""
    return [
        due
        for kind, permission in _SEES.items()
        if may(user, permission)
        for due in due_reports(work, kind)
        if due.is_pressing
    ]


def report_item(due: Due) -> Item:
    """Return one report as an item."""
    kind = DELIVERY if due.is_of_delivery else CALLS
    return Item(Waiting.REPORTS, 1, PATHS[kind], due.day)
