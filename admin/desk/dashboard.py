"""The start page: waiting work, the sums that must agree, and the next steps."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, staff_route
from admin.desk.in_call.follow_ups import LeftOpen, left_open
from admin.desk.openings import reviewer_of
from admin.desk.step_places import PlacedStep, placed
from admin.desk.waiting_approvals import WaitingApprovals, waiting_approvals
from admin.mailroom.incidents import incident_words
from admin.oversight.reports import words as report_words
from admin.oversight.trends import TrendChart, trend_charts
from admin.page import Page
from portal.domain.contacts.escalations import call_back_queries
from portal.domain.contacts.faxes import queries as faxes
from portal.domain.contacts.faxes.queries import Counts
from portal.domain.contacts.notes import queries as notes
from portal.domain.contacts.notes.kinds import desk_of
from portal.domain.desk.casework import steps, watch, worklists
from portal.domain.desk.casework.deliveries import Deliveries, deliveries
from portal.domain.desk.casework.proposals import open_counts
from portal.domain.desk.casework.reviews import queue as review_queue
from portal.domain.desk.casework.reviews.queue import Counts as ReviewCounts
from portal.domain.desk.openings.queries import OpenCount, open_count
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.jobs.alarms import JobAlarm, alarms
from portal.domain.foundation.program.agenda import WindowView, agenda
from portal.domain.foundation.transfers import queries as transfers
from portal.domain.foundation.wide_reads import BySession
from portal.domain.letters.documents import queries as documents
from portal.domain.letters.documents.models import DocumentVersion
from portal.domain.mailroom.incidents import fault_queries, queries
from portal.domain.mailroom.incidents.queries import DueClock
from portal.domain.mailroom.incidents.site_notices import waiting_count
from portal.domain.mailroom.printing.dispatch.handover import HAND_OVER
from portal.domain.mailroom.printing.proofs.making import waiting_proofs
from portal.domain.mailroom.roster.holds.protection_none import PROTECTION_NONE
from portal.domain.oversight.copies.queries import overdue_count
from portal.domain.oversight.management import agreements, milestones, questions
from portal.domain.oversight.management.agreements import Agreed
from portal.domain.oversight.management.milestones import PlannedMilestone
from portal.domain.oversight.management.questions import Question
from portal.domain.oversight.management.ward_asked import unanswered
from portal.domain.oversight.person_lists.queries import waiting_count as waiting_lists
from portal.domain.oversight.registers.dues import late_count
from portal.domain.oversight.reports.monthly.due import CALLS, DELIVERY, Due, due_reports
from portal.domain.oversight.reports.trends.reading import last_days
from portal.domain.oversight.reports.ward_documents import letter_status
from portal.domain.people.entitlements.queries import Totals, totals
from portal.domain.people.households.held import held_households
from portal.domain.people.pauses.queries import number_on
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.tasks.kinds import TaskKind
from portal.platform.view import View

MOST = 20


class Sums(Struct, frozen=True):
    """Children and yen by state, and whether they equal the children of the roster.

    Children added by order of the ward are included.
    """

    totals: Totals
    eligible: int
    added: int
    adds_up: bool


def sums(page: Page) -> Sums:
    """Return the table of states with its check."""
    found = totals(page.session)
    eligible, added = (
        worklists.eligible_children(page.session),
        worklists.added_children(page.session),
    )
    every = eligible + added
    return Sums(found, eligible, added, found.adds_up(every, every * page.site.program.amount_yen))


def _due(page: Page) -> list[Due]:
    kinds = ((CALLS, Permission.KEEP_CALL_REPORT), (DELIVERY, Permission.KEEP_DELIVERY_REPORT))
    found = [
        one for kind, keeps in kinds if allowed(page, keeps) for one in due_reports(page.work, kind)
    ]
    return sorted(found, key=lambda one: (one.day, one.kind))


class WithWard(Struct, frozen=True):
    """What is late between the ward and the contractor.

    These are milestones, texts that nobody has approved, questions, what began without an
    agreement, and how many questions of the ward's checklist have no answer. ``text_is_new``: the
    letter's current texts were never submitted to the ward.
    """

    milestones: list[PlannedMilestone]
    texts: list[DocumentVersion]
    text_is_new: bool
    questions: list[Question]
    agreements: list[Agreed]
    ward_questions: int

    @property
    def is_late(self) -> bool:
        """Whether there is any."""
        lists = (self.milestones, self.texts, self.questions, self.agreements)
        return self.text_is_new or bool(self.ward_questions) or any(lists)


def _with_ward(page: Page) -> WithWard | None:
    if not allowed(page, Permission.SEE_MANAGEMENT):
        return None
    session, program = page.session, page.site.program
    found = WithWard(
        milestones.late(page.work),
        documents.waiting(session),
        not program.is_demo and letter_status(page.work) is None,
        questions.overdue(page.work, program.calendar),
        agreements.late(page.work),
        unanswered(session),
    )
    return found if found.is_late else None


class Watched(Struct, frozen=True):
    """What to watch over: unusual looks, openings, lists that leave, notes for one's desk.

    ``paused``: to how many households nothing goes out now, for the ward.
    """

    unseen: int
    openings: OpenCount | None
    lists: int
    notes: int
    paused: int


class DashboardView(View, frozen=True):
    """What ``admin/desk/dashboard/dashboard.html`` shows."""

    lists: bool
    reviews: ReviewCounts | None
    cap: int
    task_counts: Mapping[str, int]
    handed_on: int
    held: int
    runs: int
    proofs: int
    nones: int
    approvals: Sequence[WaitingApprovals]
    sums: Sums | None
    delivered: Deliveries | None
    charts: Sequence[TrendChart]
    steps: Sequence[PlacedStep]
    windows: Sequence[WindowView]
    due: Sequence[Due]
    report_words: ModuleType
    with_ward: WithWard | None
    clocks: Sequence[DueClock]
    faults: int
    notices: int
    overdue_copies: int
    hand_overs: transfers.OpenCount | None
    late_entries: int
    incident_words: ModuleType
    watched: Watched
    faxes: Counts | None
    left: LeftOpen | None
    job_alarms: Sequence[JobAlarm]


def show(page: Page) -> Response[Any]:
    """Show what this person may see; a role without lists gets links to its own work."""
    protected = allowed(page, Permission.KNOW_PROTECTED)
    lists, counted = allowed(page, Permission.SEE_TASKS), allowed(page, Permission.SEE_TOTALS)
    session, program = page.session, page.site.program
    approvals, task_counts = _counts(page, protected=protected) if lists else ({}, {})
    return page.render(
        "admin/desk/dashboard/dashboard.html",
        DashboardView(
            lists=lists,
            reviews=_reviews(page),
            cap=review_queue.CAP,
            handed_on=_take_handed_on(page, task_counts),
            task_counts=task_counts,
            held=held_households(session, include_protected=protected) if lists else 0,
            runs=approvals.pop(HAND_OVER, 0),
            proofs=len(waiting_proofs(session)) if lists else 0,
            nones=approvals.pop(PROTECTION_NONE, 0),
            approvals=waiting_approvals(page, approvals),
            sums=sums(page) if counted else None,
            delivered=deliveries(session, program.delivered_means) if counted else None,
            charts=trend_charts(last_days(session)) if counted else [],
            steps=placed(page, steps.next_steps(session)) if lists else [],
            windows=agenda(program.windows, page.now),
            due=_due(page),
            report_words=report_words,
            with_ward=_with_ward(page),
            clocks=_clocks(page),
            faults=_faults(page),
            notices=waiting_count(session) if allowed(page, Permission.PUBLISH_SITE_NOTICES) else 0,
            overdue_copies=_overdue_copies(page),
            hand_overs=_hand_overs(page),
            late_entries=_late_entries(page),
            incident_words=incident_words,
            watched=_watched(page),
            faxes=_faxes(page),
            left=left_open(page) if allowed(page, Permission.SEE_ESCALATIONS) else None,
            job_alarms=alarms(session, page.now) if allowed(page, Permission.SEE_SYSTEM) else [],
        ),
    )


def _take_handed_on(page: Page, task_counts: dict[str, int]) -> int:
    """Take the call-backs out of the tasks; return those that the office has to finish.

    Those that wait for a call are shown separately.
    """
    if not allowed(page, Permission.HANDLE_CALLS) or not task_counts.pop(TaskKind.CALL_BACK, 0):
        return 0
    protected = allowed(page, Permission.KNOW_PROTECTED)
    return call_back_queries.count_handed_on(page.session, include_protected=protected)


def _reviews(page: Page) -> review_queue.Counts | None:
    if not allowed(page, Permission.SEE_REQUESTS):
        return None
    protected = allowed(page, Permission.KNOW_PROTECTED)
    reads, today = BySession(page.session), jst_date(page.now)
    return review_queue.counts(reads, include_protected=protected, today=today)


def _clocks(page: Page) -> list[queries.DueClock]:
    if not allowed(page, Permission.SEE_INCIDENTS):
        return []
    return queries.due_clocks(page.session, page.now)[:MOST]


def _faults(page: Page) -> int:
    if not allowed(page, Permission.HANDLE_COUPON_FAULTS):
        return 0
    protected = allowed(page, Permission.KNOW_PROTECTED)
    return fault_queries.open_count(page.session, include_protected=protected)


def _counts(page: Page, *, protected: bool) -> tuple[dict[str, int], dict[str, int]]:
    """Return the numbers of proposals that wait and of open tasks, each by kind."""
    return (
        open_counts(page.session, include_protected=protected),
        worklists.task_counts(page.session, include_protected=protected),
    )


def _watched(page: Page) -> Watched:
    return Watched(
        _unseen(page), _openings(page), _waiting_lists(page), _desk_notes(page), _paused(page)
    )


def _paused(page: Page) -> int:
    return number_on(page.session) if allowed(page, Permission.KNOW_PROTECTED) else 0


def _desk_notes(page: Page) -> int:
    desk = desk_of(page.actor)
    if desk is None or not allowed(page, Permission.KEEP_NOTES):
        return 0
    protected = allowed(page, Permission.KNOW_PROTECTED)
    return notes.waiting_count(page.session, desk, include_protected=protected)


def _unseen(page: Page) -> int:
    if page.who.staff is None or not allowed(page, Permission.WATCH_BROWSING):
        return 0
    return watch.unseen(page.session, page.who.staff, page.now)


def _openings(page: Page) -> OpenCount | None:
    if not allowed(page, Permission.REVIEW_OPENINGS):
        return None
    found = open_count(page.session, reviewer_of(page), page.now)
    return found if found.waiting else None


def _waiting_lists(page: Page) -> int:
    if page.who.staff is None or not allowed(page, Permission.APPROVE_LISTS):
        return 0
    return waiting_lists(page.session, page.who.staff.id)


def _overdue_copies(page: Page) -> int:
    if not allowed(page, Permission.SEE_COPIES):
        return 0
    return overdue_count(page.session, jst_date(page.now))


def _hand_overs(page: Page) -> transfers.OpenCount | None:
    if not allowed(page, Permission.SEE_TRANSFERS):
        return None
    found = transfers.open_count(page.session)
    return found if found.count else None


def _late_entries(page: Page) -> int:
    return late_count(page.work) if allowed(page, Permission.SEE_MANAGEMENT) else 0


def _faxes(page: Page) -> faxes.Counts | None:
    if not allowed(page, Permission.HANDLE_FAXES):
        return None
    return faxes.counts(page.session, jst_date(page.now))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/", show, Permission.OWN_ACCOUNT)]
