"""When somebody answers the telephone."""

from datetime import UTC, date, datetime

import pytest

from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.schema import Program

from .conftest import WardFolder


def jst(
    day: int, hour: int, minute: int = 0, second: int = 0, micro: int = 0, month: int = 7
) -> datetime:
    return datetime(2023, month, day, hour, minute, second, micro, tzinfo=JST).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (jst(3, 9), True),  # Monday
        (jst(3, 8, 59, 59, 999_999), False),
        (jst(3, 16, 59, 59, 999_999), True),
        (jst(3, 17), False),
        (jst(8, 10), False),  # Saturday
        (jst(9, 10), False),  # Sunday
        (jst(17, 10), False),  # 海の日
        (jst(18, 10), True),
        (jst(31, 10, month=5), False),  # the day before the call center begins
        (jst(28, 10, month=12), True),
        (jst(29, 10, month=12), False),  # a Friday, closed every year
    ],
)
def test_hours_weekends_holidays_and_year_end(
    sample: Program, now: datetime, is_open: bool
) -> None:
    assert sample.calendar.is_open(now) is is_open


def test_next_open_is_now_while_open_and_else_the_next_morning_that_is_staffed(
    sample: Program,
) -> None:
    opening = sample.calendar.next_open
    assert opening(jst(3, 10)) == jst(3, 10)
    assert opening(jst(3, 7)) == jst(3, 9)
    assert opening(jst(14, 17)) == jst(18, 9)  # Friday evening, then Marine Day on Monday
    assert opening(jst(1, 12, month=1)) == jst(1, 9, month=6)
    assert opening(jst(28, 17, month=12)) is None


def test_the_last_staffed_day_of_the_specification_is_28_december_with_145_open_days(
    sample: Program,
) -> None:
    calendar = sample.calendar
    assert calendar.last_staffed_day() == date(2023, 12, 28)
    assert calendar.last_staffed_day(until=date(2023, 10, 9)) == date(2023, 10, 6)
    assert calendar.last_staffed_day(until=date(2023, 5, 31)) is None
    days = [
        date.fromordinal(n)
        for n in range(date(2023, 6, 1).toordinal(), date(2024, 1, 1).toordinal())
    ]
    assert sum(map(calendar.is_staffed, days)) == 145


def test_a_closure_and_an_agreed_exception_change_single_days(ward: WardFolder) -> None:
    ward.change(
        "[contact]\n",
        """[[call_center.closures]]
from = "2023-09-04"
to = "2023-09-05"
reason = "設備点検"
paid_by = "contractor"
approved_by = "こども家庭支援課"
approval_no = "5児支発第40号"
approved_on = "2023-08-21"

[[call_center.overrides]]
day = "2023-07-08"
opens = "10:00"
closes = "15:00"
reason = "発送直後の土曜日"
paid_by = "ward"
approved_by = "こども家庭支援課"
approval_no = "5児支発第21号"
approved_on = "2023-06-20"

[[call_center.overrides]]
day = "2023-07-10"
closed = true
reason = "停電"
paid_by = "contractor"
approved_by = "こども家庭支援課"
approval_no = "5児支発第22号"
approved_on = "2023-07-10"

[contact]
""",
    )
    calendar = ward.load().calendar
    assert calendar.is_open(jst(8, 14))
    assert not calendar.is_open(jst(8, 15))
    assert not calendar.is_open(jst(10, 10))
    assert not calendar.is_staffed(date(2023, 9, 5))
    assert calendar.next_open(jst(1, 18, month=9)) == jst(6, 9, month=9)


def test_a_closure_over_new_year_covers_both_years(ward: WardFolder) -> None:
    ward.change('to = "12-31"', 'to = "01-03"')
    calendar = ward.load().calendar
    assert not calendar.is_business_day(date(2024, 1, 2))
    assert not calendar.is_business_day(date(2023, 12, 29))
    assert calendar.is_business_day(date(2024, 1, 4))
