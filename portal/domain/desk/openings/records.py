"""Records of the daily work that belong to a household, and whether they are still work.

A record that waits for somebody is work, and so is one that ended within the last quarter of an
hour: whoever sends a form twice meets no question.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import OPEN as OPEN_CALL
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.contacts.faxes.states import OPEN as OPEN_FAX
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import ApprovalState
from portal.domain.foundation.base import BigId, UtcDateTime
from portal.domain.foundation.clock import jst_date
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.states import AnnouncementState
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.incidents.models import CouponFault, Incident, IncidentSubject
from portal.domain.mailroom.incidents.states import IncidentState
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.states import ItemState
from portal.domain.mailroom.returned_mail.undelivered import is_undelivered
from portal.domain.people.coupons.models import Coupon, StatementDifference
from portal.domain.people.coupons.states import DifferenceState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.states import HoldState
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState
from portal.domain.requests.requests.models import PaperForm, Request, Scan

JUST_ENDED = timedelta(minutes=15)
REPORTED_LATER = timedelta(days=1)
"""The machine's report of the evening may still say that a FAX failed."""
CHECKED_BY_LEADS = timedelta(days=7)
"""So long a lead checks the calls of others; what is asked later needs a reason."""


class Record(StrEnum):
    """A kind of record that belongs to a household."""

    TASK = "task"
    HOLD = "hold"
    ESCALATION = "escalation"
    FAULT = "fault"
    FAX = "fax"
    CALL = "call"
    SCAN = "scan"
    RETURN = "return"
    LETTER = "letter"
    MAIL = "mail"
    NOTICE = "notice"
    DIFFERENCE = "difference"
    INCIDENT = "incident"


class Reader(Struct, frozen=True):
    """Who asks, and when (UTC); ``leads``: whether they check the calls of others."""

    staff_id: int
    now: datetime
    leads: bool = False


class Found(Struct, frozen=True):
    """The household of a record; ``at_work``: whether the record is still work."""

    household_id: int
    protected: bool
    at_work: bool


_KEY, _ME = bindparam("key", type_=BigId), bindparam("me", type_=BigId)
_NOW = bindparam("now", type_=UtcDateTime)
_JUST = bindparam("just", type_=UtcDateTime)
_DAY_AGO = bindparam("day_ago", type_=UtcDateTime)
_TODAY, _WEEK_AGO = bindparam("today", type_=Date), bindparam("week_ago", type_=Date)
_LEADS = bindparam("leads", type_=Boolean)


def _one(
    model: type[
        Task | Hold | Escalation | CouponFault | FaxCase | ReturnedItem | Letter | Announcement
    ],
    at_work: ColumnElement[bool],
) -> Select[int, bool, bool]:
    return (
        select(Household.id, Household.protected, at_work)
        .join(model, model.household_id == Household.id)
        .where(model.id == _KEY)
    )


_OF_CALL = (
    select(
        Household.id,
        Household.protected,
        or_(
            and_(Call.agent_id == _ME, or_(Call.state.in_(OPEN_CALL), Call.day == _TODAY)),
            and_(_LEADS, Call.day >= _WEEK_AGO),
        ),
    )
    .join(CallHousehold, CallHousehold.household_id == Household.id)
    .join(Call, Call.id == CallHousehold.call_id)
    .where(Call.id == _KEY)
    .order_by(CallHousehold.id.desc())
    .limit(1)
)
_SCAN_AT_WORK = or_(
    and_(Scan.stored_by == _ME, Scan.stored_at > _JUST),
    exists().where(
        PaperForm.scan_id == Scan.id,
        PaperForm.request_id == Request.id,
        Request.claimed_by == _ME,
        Request.claimed_until > _NOW,
    ),
    exists().where(
        Approval.instruction_scan_id == Scan.id, Approval.state == ApprovalState.PROPOSED
    ),
    exists().where(
        EscalationAnswer.scan_id == Scan.id,
        EscalationAnswer.escalation_id == Escalation.id,
        Escalation.ended_at.is_(None),
    ),
    exists().where(FaxCase.scan_id == Scan.id, FaxCase.state.in_(OPEN_FAX)),
    exists().where(  # what the ward answered about a household is read beside its hold
        EscalationAnswer.scan_id == Scan.id,
        Hold.household_id == Scan.household_id,
        Hold.state == HoldState.OPEN,
    ),
)
_BY_ITS_FORM = (
    select(Request.household_id)
    .join(PaperForm, PaperForm.request_id == Request.id)
    .where(PaperForm.scan_id == Scan.id, Request.household_id.is_not(None))
    .order_by(PaperForm.id)
    .limit(1)
    .correlate(Scan)
    .scalar_subquery()
)
_OF_SCAN = (
    select(Household.id, Household.protected, _SCAN_AT_WORK)
    .join(Scan, Household.id == func.coalesce(Scan.household_id, _BY_ITS_FORM))
    .where(Scan.id == _KEY)
)
_OF_MAIL = (
    select(Household.id, Household.protected, is_undelivered())
    .join(Shipment, Shipment.household_id == Household.id)
    .join(Letter, Letter.id == Shipment.letter_id)
    .where(Shipment.id == _KEY)
)
_OF_DIFFERENCE = (
    select(
        Household.id,
        Household.protected,
        or_(
            StatementDifference.state == DifferenceState.OPEN,
            StatementDifference.settled_at > _JUST,
        ),
    )
    .join(Entitlement, Entitlement.household_id == Household.id)
    .join(Coupon, Coupon.entitlement_id == Entitlement.id)
    .join(StatementDifference, StatementDifference.coupon_id == Coupon.id)
    .where(StatementDifference.id == _KEY)
)
_STATEMENTS: Mapping[Record, Select[int, bool, bool]] = {
    Record.TASK: _one(Task, or_(Task.state == TaskState.OPEN, Task.done_at > _JUST)),
    Record.HOLD: _one(Hold, or_(Hold.state == HoldState.OPEN, Hold.released_at > _JUST)),
    Record.ESCALATION: _one(
        Escalation, or_(Escalation.ended_at.is_(None), Escalation.ended_at > _JUST)
    ),
    Record.FAULT: _one(
        CouponFault, or_(CouponFault.ended_at.is_(None), CouponFault.ended_at > _JUST)
    ),
    Record.FAX: _one(FaxCase, or_(FaxCase.state.in_(OPEN_FAX), FaxCase.closed_at > _DAY_AGO)),
    Record.RETURN: _one(ReturnedItem, ReturnedItem.state == ItemState.KEPT),
    Record.LETTER: _one(Letter, and_(Letter.counter, Letter.state == LetterState.PRINTED)),
    Record.NOTICE: _one(Announcement, Announcement.state == AnnouncementState.STOPPED),
    Record.MAIL: _OF_MAIL,
    Record.DIFFERENCE: _OF_DIFFERENCE,
    Record.CALL: _OF_CALL,
    Record.SCAN: _OF_SCAN,
}
_IN_INCIDENT = select(IncidentSubject.id).where(
    IncidentSubject.incident_id == Incident.id,
    IncidentSubject.household_id == bindparam("household_id"),
    Incident.id == _KEY,
    Incident.state != IncidentState.CLOSED,
)


def household_of(session: Session, record: Record, key: int, reader: Reader) -> Found | None:
    """Return the household of a record; None where there is no such record or it has none."""
    today = jst_date(reader.now)
    row = session.execute(
        _STATEMENTS[record],
        {
            "key": key,
            "me": reader.staff_id,
            "now": reader.now,
            "just": reader.now - JUST_ENDED,
            "day_ago": reader.now - REPORTED_LATER,
            "today": today,
            "week_ago": today - CHECKED_BY_LEADS,
            "leads": reader.leads,
        },
    ).first()
    return Found(row[0], row[1], bool(row[2])) if row is not None else None


def is_work_on(
    session: Session, record: Record, key: int, household_id: int, reader: Reader
) -> bool:
    """Tell whether a record is still work, on this household."""
    if record is Record.INCIDENT:
        asked = {"key": key, "household_id": household_id}
        return session.scalar(_IN_INCIDENT.limit(1), asked) is not None
    found = household_of(session, record, key, reader)
    return found is not None and found.household_id == household_id and found.at_work
