"""Extra openings and closures.

What they change, what must be said about them, and which of them contradict.
"""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.calendar import (
    Agreement,
    CallCenterCalendar,
    Closure,
    Hours,
    HoursOverride,
    Payer,
    YearlyClosure,
)
from portal.domain.foundation.program.hours_text import (
    agreed_ahead,
    closed_days,
    hours_text,
    reception_text,
)
from portal.domain.foundation.texts import use_locale

AGREED = Agreement(Payer.WARD, "こども家庭支援課", "5児支発第21号", date(2023, 6, 20))


def a_calendar(*, last_day: date = date(2024, 3, 31), **changes: object) -> CallCenterCalendar:
    values = {
        "first_day": date(2023, 6, 1),
        "last_day": last_day,
        "hours": Hours(time(9), time(17)),
        "weekly_closed": frozenset({5, 6}),
        "national_holidays": True,
        "yearly_closures": (YearlyClosure((12, 29), (12, 31), "年末"),),
        "closures": (),
        "overrides": (),
    }
    return CallCenterCalendar(**{**values, **changes})  # type: ignore[arg-type]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST)


SATURDAY, MONDAY = date(2023, 7, 8), date(2023, 7, 10)


def test_an_extra_opening_on_a_saturday_opens_the_center_for_its_hours_only() -> None:
    calendar = a_calendar(
        overrides=(HoursOverride(SATURDAY, Hours(time(10), time(15)), "発送直後", AGREED),)
    )
    assert calendar.next_open(at(date(2023, 7, 7), 17)) == at(SATURDAY, 10)
    assert [calendar.is_open(at(SATURDAY, hour)) for hour in (9, 10, 14, 15)] == [
        False,
        True,
        True,
        False,
    ]
    assert calendar.next_open(at(SATURDAY, 15)) == at(MONDAY, 9)


def test_an_extra_closure_on_a_weekday_closes_it_and_an_extra_opening_inside_counts_before_it() -> (
    None
):
    closure = Closure(MONDAY, date(2023, 7, 12), "設備点検", AGREED)
    calendar = a_calendar(closures=(closure,))
    assert not calendar.is_open(at(MONDAY, 10))
    assert calendar.next_open(at(date(2023, 7, 7), 17)) == at(date(2023, 7, 13), 9)
    opened = a_calendar(
        closures=(closure,),
        overrides=(
            HoursOverride(date(2023, 7, 11), Hours(time(13), time(17)), "一部だけ", AGREED),
        ),
    )
    assert opened.next_open(at(MONDAY, 10)) == at(date(2023, 7, 11), 13)


def test_over_new_year_the_next_opening_is_after_the_holiday_and_exceptions_move_it() -> None:
    evening = at(date(2023, 12, 28), 17)
    assert a_calendar().next_open(evening) == at(date(2024, 1, 2), 9)  # 1 January is a holiday
    both = a_calendar(
        overrides=(
            HoursOverride(date(2023, 12, 30), Hours(time(10), time(12)), "最終日の前", AGREED),
        ),
        closures=(Closure(date(2024, 1, 2), date(2024, 1, 3), "年始", AGREED),),
    )
    assert both.next_open(evening) == at(date(2023, 12, 30), 10)
    assert both.next_open(at(date(2023, 12, 30), 12)) == at(date(2024, 1, 4), 9)
    assert a_calendar(last_day=date(2023, 12, 31)).next_open(evening) is None


DAYS = st.dates(date(2023, 5, 20), date(2024, 4, 15))


@given(
    day=DAYS,
    minute=st.integers(0, 24 * 60 - 1),
    closures=st.lists(st.tuples(DAYS, st.integers(0, 9)), max_size=4),
    openings=st.lists(st.tuples(DAYS, st.integers(0, 20), st.integers(1, 3)), max_size=4),
)
def test_open_now_and_next_opening_always_agree(
    day: date, minute: int, closures: list[tuple[date, int]], openings: list[tuple[date, int, int]]
) -> None:
    calendar = a_calendar(
        closures=tuple(
            Closure(first, first + timedelta(days=n), "", AGREED) for first, n in closures
        ),
        overrides=tuple(
            HoursOverride(first, Hours(time(hour), time(hour + n)), "", AGREED)
            for first, hour, n in openings
        ),
    )
    now = at(day, minute // 60, minute % 60)
    following = calendar.next_open(now)
    if calendar.is_open(now):
        assert following == now
        return
    if following is None:
        assert not any(
            calendar.is_open(now + timedelta(minutes=30 * step)) for step in range(1, 48 * 20)
        )
        return
    assert following > now
    assert calendar.is_open(following)
    assert not calendar.is_open(following - timedelta(microseconds=1))
    # nothing opens in between: looked at every quarter of an hour, since hours begin on the hour
    step = now + timedelta(minutes=15 - now.minute % 15)
    while step < following:
        assert not calendar.is_open(step)
        step += timedelta(minutes=15)
    assert calendar.is_staffed(jst_date(following))


def test_what_differs_soon_is_told_in_order_and_in_every_language() -> None:
    calendar = a_calendar(
        closures=(
            Closure(date(2023, 7, 20), date(2023, 7, 21), "点検", AGREED),
            Closure(MONDAY, MONDAY, "点検", AGREED),
        ),
        overrides=(
            HoursOverride(SATURDAY, Hours(time(10), time(15)), "発送直後", AGREED),
            HoursOverride(date(2023, 7, 12), None, "停電", AGREED),
            HoursOverride(date(2023, 9, 2), Hours(time(10), time(15)), "あと", AGREED),
        ),
    )
    assert agreed_ahead(calendar, date(2023, 7, 1), date(2023, 7, 31)) == [
        "2023年7月8日は、午前10時から午後3時まで受け付けます。",
        "2023年7月10日は休みます。",
        "2023年7月12日は休みます。",
        "2023年7月20日から2023年7月21日まで休みます。",
    ]
    assert agreed_ahead(calendar, date(2023, 7, 22), date(2023, 8, 21)) == []
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            assert len(agreed_ahead(calendar, date(2023, 7, 1), date(2023, 7, 31))) == 4


def test_hours_and_closed_days_follow_the_calendar_in_words() -> None:
    calendar = a_calendar(
        hours=Hours(time(8, 30), time(18)),
        weekly_closed=frozenset({2, 6}),
        national_holidays=False,
        yearly_closures=(YearlyClosure((2, 29), (2, 29), "閏日"),),
    )
    assert hours_text(calendar, MONDAY) == "午前8時30分から午後6時まで"
    assert closed_days(calendar, MONDAY) == "水曜日、日曜日、2月29日から2月29日"
    assert (
        reception_text(calendar, MONDAY)
        == "受付時間: 午前8時30分から午後6時まで　休み: 水曜日、日曜日、2月29日から2月29日"
    )
    with use_locale("ja@easy"):
        assert "{水曜日|すいようび}" in closed_days(calendar, MONDAY)
