"""The next request for a reviewer to decide."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from portal.domain.desk.casework.list_page import ListPage
from portal.domain.desk.casework.reviews.queue import WAITING, known_to, later_than
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import APPROVAL
from portal.domain.foundation.work import Work
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.deciders import ACCEPT
from portal.domain.requests.requests.models import Request


def next_for(work: Work, page: ListPage, *, include_protected: bool) -> int | None:
    """Return the oldest waiting request that the actor may decide and nobody else is deciding.

    Left out are own entries, own proposals (a second person confirms them), and for people outside
    the ward, requests passed to it. ``page`` names the kind, and the request that was skipped;
    after the newest, the oldest comes again.
    """
    staff_id, after = work.actor.id or 0, page.after
    statement = (
        select(Request.id)
        .where(
            Request.state == WAITING,
            _free_for(staff_id, work.now),
            _undecided_by(staff_id),
            Request.id != after,
            known_to(include_protected),
        )
        .order_by(Request.received_at, Request.id)
        .limit(1)
    )
    if page.only:
        statement = statement.where(Request.kind == page.only)
    if not include_protected:
        statement = statement.where(
            Request.id.not_in(select(Redelivery.request_id).where(Redelivery.ward_only.is_(True)))
        )
    later = work.session.scalar(statement.where(later_than(after))) if after else None
    return later or work.session.scalar(statement)


def _free_for(staff_id: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition for requests that nobody else is deciding."""
    return or_(
        Request.claimed_by.is_(None), Request.claimed_by == staff_id, Request.claimed_until <= now
    )


def _undecided_by(staff_id: int) -> ColumnElement[bool]:
    """Return the condition for requests that this person neither entered nor proposed."""
    proposed = select(Approval.subject_id).where(
        Approval.kind == ACCEPT,
        Approval.subject == "request",
        Approval.state == APPROVAL.initial,
        Approval.proposed_by == staff_id,
        Approval.subject_id.is_not(None),
    )
    return and_(
        or_(Request.entered_by.is_(None), Request.entered_by != staff_id),
        Request.id.not_in(proposed),
    )
