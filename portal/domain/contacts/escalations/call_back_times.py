"""Due times of call-backs: the requested time, else the same or the next business day."""

from datetime import date, datetime, timedelta

from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.people.tasks.models import Task

AGAIN_AFTER = timedelta(hours=2)
"""How long to wait after an unanswered try, and at least until closing for a call-back today."""


def default_due(calendar: CallCenterCalendar, now: datetime) -> datetime:
    """Return the due instant of a call-back without a requested time.

    Today's closing, or the next day's if it is late.
    """
    day = jst_date(now)
    hours = calendar.hours_on(day)
    if hours is not None and calendar.is_staffed(day):
        closing = datetime.combine(day, hours.closes, tzinfo=JST)
        if closing - now >= AGAIN_AFTER:
            return closing
    following = calendar.business_day_from(day + timedelta(days=1))
    later = calendar.hours_on(following) or calendar.hours
    return datetime.combine(following, later.closes, tzinfo=JST)


def late_when_asked_by(calendar: CallCenterCalendar, now: datetime) -> datetime:
    """Return the instant of request up to which call-backs without a time are overdue now.

    For requests up to it, ``default_due`` has passed.
    """
    closing = _last_closing(calendar, jst_date(now))
    if closing >= now:
        closing = _last_closing(calendar, jst_date(closing) - timedelta(days=1))
    return closing - AGAIN_AFTER


def _last_closing(calendar: CallCenterCalendar, day: date) -> datetime:
    """Return the closing of a day, or of the business day before it."""
    open_day = calendar.business_day_until(day)
    hours = calendar.hours_on(open_day) or calendar.hours
    return datetime.combine(open_day, hours.closes, tzinfo=JST)


def is_kept(calendar: CallCenterCalendar, due: datetime) -> bool:
    """Return whether somebody is there to call at a due instant.

    The closing itself counts: by then everybody was called who was promised that day.
    """
    local = due.astimezone(JST)
    hours = calendar.hours_on(local.date())
    staffed = calendar.is_staffed(local.date())
    return hours is not None and staffed and hours.opens <= local.time() <= hours.closes


def due_of(calendar: CallCenterCalendar, task: Task) -> datetime:
    """Return the due instant of a task's call-back.

    Without a time, it is due as if it had been requested in a call.
    """
    return task.due_at or default_due(calendar, task.created_at)
