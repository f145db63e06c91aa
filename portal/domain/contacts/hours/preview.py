"""What residents would read of a change of the opening hours, in each of their languages."""

from sqlalchemy.orm import Session

from portal.domain.contacts.hours.models import OpeningHours
from portal.domain.contacts.hours.queries import approved, special_of, week_hours_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.approved_hours import with_approved
from portal.domain.foundation.program.calendar import ONE_DAY, CallCenterCalendar
from portal.domain.foundation.program.hours_text import agreed_ahead
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.work import Work


def calendar_with(
    session: Session, calendar: CallCenterCalendar, row: OpeningHours
) -> CallCenterCalendar:
    """Return a calendar as it is once a proposed change is approved, after all others."""
    known = approved(session)
    weeks, specials = list(known.weeks), list(known.specials)
    if row.is_waiting and row.is_week:
        weeks.append(week_hours_of(row))
    elif row.is_waiting:
        specials.append(special_of(row))
    return with_approved(calendar.filed, weeks, specials)


def told(work: Work, row: OpeningHours) -> dict[str, list[str]]:
    """Return the sentences about a change that stand on the residents' pages, by language.

    Empty for a change that changes nothing, or nothing any more.
    """
    calendar = calendar_with(work.session, work.program.calendar, row)
    first = max(row.first_day, jst_date(work.now))
    last = row.last_day or row.first_day
    found: dict[str, list[str]] = {}
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            found[locale] = agreed_ahead(calendar, first - ONE_DAY if row.is_week else first, last)
    return found
