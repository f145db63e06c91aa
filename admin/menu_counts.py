"""How much waits at the places of the menu: the start page's own figures, kept for half a minute.

Whoever may not know of protected households gets the figures without them (decision 0045). What a
person does themselves is counted at once: a form that they send lets the kept figures go. The
auditor gets none, since what the log says of protected households would stand among them.

They are counted in the transaction of the page, behind a savepoint: PostgreSQL carries out nothing
more after an error, and its COMMIT would take back what the page stored and say nothing. A page
without a transaction (one that opens short ones itself, or whose own has ended) shows what was
kept.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from admin import kept_counts
from admin.access import allowed
from admin.desk.in_call.follow_ups import reader_of
from admin.desk.openings import reviewer_of
from admin.kept_counts import NONE, Counts
from admin.page import Page
from admin.places import Spot
from portal.domain.contacts.escalations import call_back_queries
from portal.domain.contacts.escalations import queries as questions
from portal.domain.contacts.escalations.states import EscalationState
from portal.domain.contacts.faxes import queries as faxes
from portal.domain.contacts.hours import queries as hours
from portal.domain.contacts.line import help_calls
from portal.domain.contacts.notes import queries as notes
from portal.domain.contacts.notes.kinds import desk_of
from portal.domain.contacts.site_texts import queries as site_texts
from portal.domain.desk.casework import worklists
from portal.domain.desk.casework.reviews import queue
from portal.domain.desk.openings.queries import open_count
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.wide_reads import BySession
from portal.domain.mailroom.incidents import fault_queries, site_notices
from portal.domain.people.households.held import held_households
from portal.domain.people.staff.permissions import Permission

LOG = logging.getLogger("portal.requests")
KEPT = timedelta(seconds=30)


def counts(page: Page, role: Role) -> Counts:
    """Return how much waits at each place; what is not counted is left out."""
    staff = page.who.staff
    if staff is None or role is Role.AUDITOR or page.session is None:
        return NONE
    at, kept = kept_counts.kept(page)
    fresh = at is not None and timedelta() <= page.now - at < KEPT
    if fresh or page.method != "GET" or not page.may_read:
        return kept
    page.session.flush()  # what the page stored fails as the page's own
    try:
        with page.session.begin_nested():
            found = _counted(page, role)
    except SQLAlchemyError as error:
        LOG.warning("the menu was not counted: %s", type(error).__name__)
        return kept
    kept_counts.keep(page, found)
    return found


def _counted(page: Page, role: Role) -> Counts:
    return {
        spot: count
        for spot, (permission, ask) in _ASKED.items()
        if allowed(page, permission) and (count := ask(page, role))
    }


def _knows(page: Page) -> bool:
    return allowed(page, Permission.KNOW_PROTECTED)


def _reviews(page: Page, _role: Role) -> int:
    reads, today = BySession(page.session), jst_date(page.now)
    return queue.counts(reads, include_protected=_knows(page), today=today).all


def _tasks(page: Page, _role: Role) -> int:
    return sum(worklists.task_counts(page.session, include_protected=_knows(page)).values())


def _holds(page: Page, _role: Role) -> int:
    return held_households(page.session, include_protected=_knows(page))


def _call_backs(page: Page, _role: Role) -> int:
    return call_back_queries.count_waiting(page.work)[0]


def _faxes(page: Page, _role: Role) -> int:
    return faxes.counts(page.session, jst_date(page.now)).open


def _escalations(page: Page, role: Role) -> int:
    """What the reader has to do: the ward answers, everybody else tells the answer."""
    found = questions.state_counts(page.session, reader_of(page))
    mine = EscalationState.OPEN if role is Role.WARD_OFFICER else EscalationState.ANSWERED
    return found.get(mine, 0)


def _notes(page: Page, _role: Role) -> int:
    desk = desk_of(page.actor)
    if desk is None:
        return 0
    return notes.waiting_count(page.session, desk, include_protected=_knows(page))


def _help_calls(page: Page, _role: Role) -> int:
    return help_calls.waiting_count(page.session)


def _openings(page: Page, _role: Role) -> int:
    return open_count(page.session, reviewer_of(page), page.now).waiting


def _faults(page: Page, _role: Role) -> int:
    return fault_queries.open_count(page.session, include_protected=_knows(page))


def _notices(page: Page, _role: Role) -> int:
    return site_notices.waiting_count(page.session)


def _hours(page: Page, _role: Role) -> int:
    return hours.waiting_count(page.session)


def _site_texts(page: Page, _role: Role) -> int:
    return site_texts.waiting_count(page.session)


_ASKED: Mapping[Spot, tuple[Permission, Callable[[Page, Role], int]]] = {
    Spot.REVIEWS: (Permission.SEE_REQUESTS, _reviews),
    Spot.TASKS: (Permission.SEE_TASKS, _tasks),
    Spot.HOLDS: (Permission.SEE_HOLDS, _holds),
    Spot.CALL_BACKS: (Permission.HANDLE_CALLS, _call_backs),
    Spot.FAXES: (Permission.HANDLE_FAXES, _faxes),
    Spot.ESCALATIONS: (Permission.SEE_ESCALATIONS, _escalations),
    Spot.NOTES: (Permission.KEEP_NOTES, _notes),
    Spot.HELP_CALLS: (Permission.SUPERVISE_CALLS, _help_calls),
    Spot.OPENINGS: (Permission.REVIEW_OPENINGS, _openings),
    Spot.COUPON_FAULTS: (Permission.HANDLE_COUPON_FAULTS, _faults),
    Spot.OPENING_HOURS: (Permission.APPROVE_OPENING_HOURS, _hours),
    Spot.SITE_TEXTS: (Permission.RELEASE_SITE_TEXTS, _site_texts),
    Spot.SITE_NOTICES: (Permission.PUBLISH_SITE_NOTICES, _notices),
}
