"""Reminders of the last day of exchange, a month and a week before it, by SMS or email."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_start
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import EMAIL, SMS
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.announcements.silence import drop_silenced
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import has_open_hold
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.people.notices.waking_hours import waking_hours

EVENT = ProgressEvent.DEADLINE_NEAR
STAGES = (7, 30)
"""Days before the last day from which each reminder is due, the shorter first so that it wins."""
UNUSED = (CouponState.ASSIGNED, CouponState.REVEALED)
AT_ONCE = 200
Transaction = Callable[[], AbstractContextManager[Session]]


def stage(window: Window, now: datetime) -> int | None:
    """Return the reminder that is due now, as days before the last day; None if none is."""
    if not window.is_open(now):
        return None
    left = window.days_left(now)
    return next((days for days in STAGES if left <= days), None)


_HAS_CHANNEL = exists().where(
    OtpAuthenticator.credential_id == Credential.id,
    OtpAuthenticator.state == SourceState.CONFIRMED,
    OtpAuthenticator.kind.in_((SMS, EMAIL)),
)
_HAS_UNUSED_COUPON = exists().where(
    Coupon.entitlement_id == Entitlement.id,
    Entitlement.household_id == Household.id,
    Entitlement.state == EntitlementState.IN_PROGRESS,
    Coupon.state.in_(UNUSED),
)


def due_households(session: Session, window: Window, now: datetime) -> list[int]:
    """Return the households to remind now.

    They have signed in before, and have SMS or email and an unused coupon. Left out are households
    that are held, protected, removed or had a death, that ended their reminders, and those reminded
    since this reminder fell due.
    """
    days = stage(window, now)
    if days is None:
        return []
    reminded = exists().where(
        Announcement.household_id == Household.id,
        Announcement.event == EVENT,
        Announcement.due_on == window.last_day,
        Announcement.created_at >= day_start(window.last_day - timedelta(days=days)),
    )
    statement = (
        select(Household.id)
        .join(
            Credential,
            (Credential.household_id == Household.id)
            & (Credential.state == CredentialState.ACTIVE),
        )
        .where(
            Household.state == HouseholdState.ACTIVE,
            Household.protected.is_(False),
            Credential.reminders_ended_at.is_(None),
            ~has_open_hold(Household.id.expression),
            _HAS_CHANNEL,
            _HAS_UNUSED_COUPON,
            ~reminded,
        )
        .order_by(Household.id)
    )
    return drop_silenced(session, session.scalars(statement).all())


def remind(work: Work, window: Window, household_ids: Collection[int]) -> None:
    """Queue the reminder that is due for these households.

    Each gets each reminder once, however often and by however many processes this is called.
    """
    days = stage(window, work.now)
    if days is None:
        return
    for household_id in household_ids:
        key = f"{EVENT}:{window.kind.value}:{window.last_day}:{days}:{household_id}"
        announce(work, Event(household_id, EVENT, key, due=window.last_day))


def remind_everybody(source: WorkSource, window: Window) -> int:
    """Remind every household that is due now, and return how many.

    Uses short transactions, so that an interruption loses nothing.
    """
    with source.reading() as work:
        waiting = due_households(work.session, window, work.now) if waking_hours(work.now) else []
    for start in range(0, len(waiting), AT_ONCE):
        with source.writing() as work:
            remind(work, window, waiting[start : start + AT_ONCE])
    return len(waiting)
