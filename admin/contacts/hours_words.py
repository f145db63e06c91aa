"""Words and marks of changes of the opening hours, and how their forms are read."""

from collections.abc import Sequence
from datetime import date, time

from admin.labels import labels
from admin.marks import Mark, marks
from portal.domain.contacts.hours.models import HoursKind, OpeningHours
from portal.domain.contacts.hours.queries import NUMBER, week_of
from portal.domain.contacts.hours.states import HoursState
from portal.domain.foundation.program.calendar import WEEKDAYS, Hours, Payer, Week
from portal.domain.foundation.program.day_text import weekday_name
from portal.domain.foundation.program.public_reasons import PublicReason
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, clock_time, whole_date
from portal.platform.http.forms import Form

MONDAY = date(2024, 1, 1)

kind = labels(HoursKind)
state = labels(HoursState)
payer = labels(Payer)
reason = labels(PublicReason)
state_mark = marks(
    {
        HoursState.PROPOSED: Mark.WAIT,
        HoursState.IN_FORCE: Mark.GOOD,
        HoursState.REFUSED: Mark.STOP,
    }
)


def number(row: OpeningHours) -> str:
    """Return the number by which a change is called."""
    return NUMBER % row.id


def days(row: OpeningHours) -> str:
    """Return the days of a change."""
    first = _day(row.first_day)
    if row.is_week:
        return _s("%(day)s から") % {"day": first}
    if row.last_day is None or row.last_day == row.first_day:
        return first
    return f"{first} – {_day(row.last_day)}"


def _day(day: date) -> str:
    return f"{day.isoformat()} ({weekday_name(day)})"


def spans(row: OpeningHours) -> list[tuple[str, str]]:
    """Return the hours of a change, of a week each with its weekday."""
    found = [_span(hours) for hours in week_of(row.hours)]
    names = [name for _code, name in weekdays()] if row.is_week else [""]
    return list(zip(names, found, strict=True))


def _span(hours: Hours | None) -> str:
    return _s("休み") if hours is None else f"{_clock(hours.opens)}–{_clock(hours.closes)}"


def _clock(at: time) -> str:
    return f"{at:%H:%M}".removeprefix("0")


def weekdays() -> list[tuple[str, str]]:
    """Return the code word and the name of each weekday, from Monday on."""
    return [
        (code, weekday_name(MONDAY.replace(day=1 + index))) for index, code in enumerate(WEEKDAYS)
    ]


def form_of(week: Week) -> Form:
    """Return the form of a week's hours; an empty pair means closed."""
    values: dict[str, str] = {}
    for code, hours in zip(WEEKDAYS, week, strict=True):
        values[f"{code}_opens"] = _clock(hours.opens) if hours is not None else ""
        values[f"{code}_closes"] = _clock(hours.closes) if hours is not None else ""
    return Form(values)


def typed_day(form: Form, field: str) -> date | None:
    """Return a typed day, or None with a sentence beside its field."""
    found = whole_date(form.get(field))
    if isinstance(found, DateFault):
        form.error(field, _s("日付は、2026-04-01 か 令和8年4月1日 のように入力してください。"))
        return None
    return found


def typed_hours(form: Form, opens: str, closes: str) -> Hours | None:
    """Return typed hours; None for two empty fields, or with a sentence beside a field."""
    fields: Sequence[str] = (opens, closes)
    if not any(form.get(field).strip() for field in fields):
        return None
    times = [clock_time(form.get(field)) for field in fields]
    for field, found in zip(fields, times, strict=True):
        if found is None:
            form.error(field, no_time())
    first, last = times
    return Hours(first, last) if first is not None and last is not None else None


def no_time() -> str:
    """Return what is said of a time that cannot be read."""
    return _s("時刻は、14:05 か 午後2時5分 のように入力してください。")


def nothing_chosen() -> str:
    """Return what is said where neither closed nor other hours are chosen."""
    return _s("休むか、時間を変えて開くかを選んでください。")
