"""What a question about a danger holds back at once, and how the ward lets it go.

Raised about protection, a question pauses what was not sent yet to its household, for one staffed
day. The ward prolongs or lifts the pause; else it runs out.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.notices import paused
from portal.domain.people.pauses import queries, services
from portal.domain.people.pauses.models import SendingPause
from portal.domain.people.staff.permissions import knows_protected

ONE_DAY = timedelta(days=1)


def staffed_day_after(calendar: CallCenterCalendar, now: datetime) -> datetime:
    """Return the close (UTC) of the first staffed day that has yet to open at ``now``.

    Weekends, holidays and agreed closures are passed over, so that somebody has a whole day of
    opening hours to decide.
    """
    today = jst_date(now)
    hours = calendar.hours_on(today)
    begun = hours is not None and datetime.combine(today, hours.opens, tzinfo=JST) < now
    day = calendar.business_day_from(today + ONE_DAY if begun else today)
    found = calendar.hours_on(day) or calendar.hours
    return datetime.combine(day, found.closes, tzinfo=JST)


def begin(work: Work, question: Escalation) -> SendingPause | None:
    """Pause what is sent to the household of a question about protection; None for others.

    A hand-over or a print that is being committed is waited for, and so is a message that a worker
    is just claiming: what was not theirs by then stays here.
    """
    if question.kind != EscalationKind.PROTECTION or question.household_id is None:
        return None
    _lock_household(work, question.household_id)
    ends_at = staffed_day_after(work.program.calendar, work.now)
    row = services.begin(work, question.household_id, question.id, ends_at)
    paused.put_off(work, row.household_id)
    return row


def prolong(work: Work, pause_id: int) -> SendingPause:
    """Pause for one more staffed day, counted from now.

    Raises:
        NotAllowedError: the actor is not of the ward.
        NotFoundError: there is no such pause.
        WrongStateError: it has ended.
    """
    _refuse_others(work)
    row = services.locked(work, pause_id)
    before, ends_at = row.ends_at, staffed_day_after(work.program.calendar, work.now)
    if ends_at <= before:  # pressed before the day that it lasts anyway has begun
        ends_at = staffed_day_after(work.program.calendar, before)
    services.prolong(work, pause_id, ends_at)
    paused.move(work, row.household_id, before, ends_at)
    return row


def lift(work: Work, pause_id: int) -> SendingPause:
    """Let go out what was held back.

    Raises:
        NotAllowedError: the actor is not of the ward.
        NotFoundError: there is no such pause.
        WrongStateError: it has ended.
    """
    _refuse_others(work)
    return _end(work, pause_id, "lift")


def end_due(work: Work) -> int:
    """End the pauses whose time has passed, and return how many."""
    keys = queries.run_out(work.session, work.now)
    for key in keys:
        row = services.locked(work, key)
        if row.is_on and row.ends_at <= work.now:
            _end(work.acting_as(SYSTEM), key, "run_out")
    return len(keys)


def _end(work: Work, pause_id: int, action: str) -> SendingPause:
    row = services.end(work, pause_id, action)
    paused.move(work, row.household_id, row.ends_at, work.now)
    return row


def _refuse_others(work: Work) -> None:
    if not knows_protected(work.actor):
        raise NotAllowedError(_s("決められるのは、区の担当だけです。"))


def _lock_household(work: Work, household_id: int) -> None:
    work.session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update()
    ).all()
