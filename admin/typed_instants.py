"""Reading a day and a time that staff typed into two fields, as Japanese local time."""

from datetime import datetime

from portal.domain.foundation.clock import JST
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, clock_time, whole_date
from portal.platform.http.forms import Form


def typed_instant(form: Form, day_field: str, time_field: str) -> datetime | None:
    """Return the instant, or None with a sentence beside the field that cannot be parsed."""
    day, at = whole_date(form.get(day_field)), clock_time(form.get(time_field))
    if isinstance(day, DateFault):
        form.error(day_field, _s("日付は、2026-04-01 か 令和8年4月1日 のように入力してください。"))
    if at is None:
        form.error(time_field, _s("時刻は、14:05 か 午後2時5分 のように入力してください。"))
    if isinstance(day, DateFault) or at is None:
        return None
    return datetime.combine(day, at, JST)
