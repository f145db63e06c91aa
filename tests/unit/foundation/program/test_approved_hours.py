"""The calendar with what the ward approved: the rule of each day, and texts that agree with it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.foundation.clock import JST
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.approved_hours import SpecialDays, with_approved
from portal.domain.foundation.program.calendar import (
    Agreement,
    CallCenterCalendar,
    Closure,
    Hours,
    HoursOverride,
    Payer,
    WeekHours,
    YearlyClosure,
)
from portal.domain.foundation.program.hours_text import (
    agreed_ahead,
    clock_text,
    closed_days,
    hours_text,
)
from portal.domain.foundation.program.public_reasons import PublicReason
from portal.domain.foundation.texts import plain, use_locale

FIRST, LAST = date(2023, 7, 3), date(2023, 12, 31)
AGREED = Agreement(Payer.WARD, "区の担当", "OH-1", date(2023, 7, 1))
NINE, LONG = Hours(time(9), time(17)), Hours(time(10), time(19))
ONE_DAY = timedelta(days=1)
MONDAY = date(2023, 8, 7)


def filed(**changes: object) -> CallCenterCalendar:
    given: dict[str, object] = {
        "first_day": FIRST,
        "last_day": LAST,
        "hours": NINE,
        "weekly_closed": frozenset({5, 6}),
        "national_holidays": True,
        "yearly_closures": (YearlyClosure((12, 29), (12, 31), "年末"),),
        "closures": (),
        "overrides": (),
    }
    return CallCenterCalendar(**(given | changes))  # type: ignore[arg-type]


def special(first: date, last: date, hours: Hours | None, until: date | None = None) -> SpecialDays:
    return SpecialDays(first, last, hours, PublicReason.MAINTENANCE, AGREED, until)


def test_without_records_it_is_the_calendar_of_the_file_itself() -> None:
    ours = filed()
    assert with_approved(ours, (), ()) is ours
    assert ours.filed is ours


def test_weekdays_change_on_their_first_day_and_not_before() -> None:
    week = (LONG, LONG, LONG, LONG, LONG, NINE, None)
    ours = with_approved(filed(), [WeekHours(MONDAY, week)], ())
    assert ours.hours_on(MONDAY - 3 * ONE_DAY) == NINE
    assert ours.hours_on(MONDAY - 2 * ONE_DAY) is None
    assert ours.hours_on(MONDAY) == LONG
    assert ours.hours_on(MONDAY + 5 * ONE_DAY) == NINE
    assert ours.hours_on(date(2023, 8, 11)) is None, "a national holiday stays closed"
    assert ours.hours_on(date(2023, 12, 29)) is None, "the end of the year stays closed"
    assert ours.filed.hours_on(MONDAY) == NINE


def test_of_two_weeks_the_later_day_counts_and_of_one_day_the_later_approval() -> None:
    first, second = (NINE,) * 7, (LONG,) * 7
    later = with_approved(
        filed(), [WeekHours(MONDAY + ONE_DAY, second), WeekHours(MONDAY, first)], ()
    )
    assert [later.hours_on(MONDAY + ONE_DAY * n) for n in range(2)] == [NINE, LONG]
    same = with_approved(filed(), [WeekHours(MONDAY, first), WeekHours(MONDAY, second)], ())
    assert same.hours_on(MONDAY) == LONG


def test_a_week_that_is_taken_back_holds_for_the_days_before() -> None:
    week = WeekHours(MONDAY, (LONG,) * 7, until=MONDAY + 2 * ONE_DAY)
    ours = with_approved(filed(), [week], ())
    assert [ours.hours_on(MONDAY + ONE_DAY * n) for n in range(3)] == [LONG, LONG, NINE]


def test_a_special_day_goes_before_the_week_and_the_file() -> None:
    agreed = Closure(MONDAY, MONDAY + 2 * ONE_DAY, "点検", AGREED)
    ours = with_approved(
        filed(closures=(agreed,)), (), [special(MONDAY + ONE_DAY, MONDAY + ONE_DAY, LONG)]
    )
    assert [ours.hours_on(MONDAY + ONE_DAY * n) for n in range(3)] == [None, LONG, None]
    assert agreed_ahead(ours, MONDAY, MONDAY + 2 * ONE_DAY) == [
        "2023年8月7日は休みます。",
        "2023年8月8日は、午前10時から午後7時まで受け付けます。（設備の点検のため）",
        "2023年8月9日は休みます。",
    ]


def test_closed_days_in_a_row_are_one_sentence() -> None:
    ours = with_approved(filed(), (), [special(MONDAY, MONDAY + 2 * ONE_DAY, None)])
    assert agreed_ahead(ours, MONDAY, MONDAY + 9 * ONE_DAY) == [
        "2023年8月7日から2023年8月9日まで休みます。（設備の点検のため）"
    ]


def test_of_two_for_a_day_the_later_approval_counts_and_taken_back_the_earlier_again() -> None:
    closed, opened = special(MONDAY, MONDAY, None), special(MONDAY, MONDAY, LONG)
    assert with_approved(filed(), (), [closed, opened]).hours_on(MONDAY) == LONG
    gone = special(MONDAY, MONDAY, LONG, until=MONDAY)
    assert with_approved(filed(), (), [closed, gone]).hours_on(MONDAY) is None


def test_a_day_of_the_file_that_closes_is_replaced_as_well() -> None:
    override = HoursOverride(MONDAY, LONG, "発送", AGREED)
    ours = with_approved(filed(overrides=(override,)), (), [special(MONDAY, MONDAY, None)])
    assert ours.hours_on(MONDAY) is None
    assert len(agreed_ahead(ours, MONDAY, MONDAY)) == 1


def test_hours_and_closed_days_name_weekdays_that_differ() -> None:
    week = (NINE, NINE, NINE, NINE, LONG, Hours(time(10), time(13)), None)
    ours = with_approved(filed(), [WeekHours(MONDAY, week)], ())
    assert hours_text(ours, MONDAY - ONE_DAY) == "午前9時から午後5時まで"
    assert hours_text(ours, MONDAY) == (
        "午前9時から午後5時まで、金曜日は午前10時から午後7時まで、土曜日は午前10時から午後1時まで"
    )
    assert closed_days(ours, MONDAY).startswith("日曜日、祝日")
    with use_locale("en"):
        assert hours_text(ours, MONDAY) == (
            "9 AM to 5 PM, Friday: 10 AM to 7 PM, Saturday: 10 AM to 1 PM"
        )


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_what_begins_soon_is_told_in_each_language(locale: str) -> None:
    week = (LONG,) * 6 + (None,)
    ours = with_approved(
        filed(), [WeekHours(MONDAY, week)], [special(MONDAY, MONDAY + ONE_DAY, None)]
    )
    with use_locale(locale):
        told = agreed_ahead(ours, MONDAY - ONE_DAY, MONDAY + ONE_DAY)
        assert len(told) == 2
        assert any(PublicReason.MAINTENANCE.label in sentence for sentence in told)
        assert any(hours_text(ours, MONDAY) in sentence for sentence in told)
        assert agreed_ahead(ours, MONDAY + 2 * ONE_DAY, LAST) == []
        translated = PublicReason.MAINTENANCE.label != "設備の点検のため"
        assert translated == (locale != "ja")


# ---- any set of records ----------------------------------------------------------------
times = st.integers(0, 47).map(lambda half: time(half // 2, 30 * (half % 2)))
some_hours = (
    st.tuples(times, times).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Hours(*pair))
)
maybe_hours = st.none() | some_hours
some_days = st.integers(0, 60).map(lambda n: date(2023, 8, 1) + ONE_DAY * n)
weeks = st.lists(
    st.builds(
        WeekHours,
        some_days,
        st.tuples(*[maybe_hours] * 7).filter(any),
        st.none() | some_days,
    ),
    max_size=4,
)
specials = st.lists(
    st.builds(
        lambda first, length, hours, until: special(first, first + ONE_DAY * length, hours, until),
        some_days,
        st.integers(0, 9),
        maybe_hours,
        st.none() | some_days,
    ),
    max_size=6,
)


@given(weeks, specials, some_days, st.integers(0, 24 * 60 - 1))
def test_what_is_said_and_when_it_is_open_are_one(
    agreed: Sequence[WeekHours], days: Sequence[SpecialDays], day: date, minute: int
) -> None:
    """Open at an instant: if the day's hours say so; a sentence for each day that differs."""
    ours = with_approved(filed(), agreed, days)
    now = datetime.combine(day, time(minute // 60, minute % 60), JST).astimezone(UTC)
    hours, local = ours.hours_on(day), now.astimezone(JST).time()
    assert ours.is_open(now) == (hours is not None and hours.opens <= local < hours.closes)
    following = ours.next_open(now)
    assert following is not None
    assert following >= now
    assert ours.is_open(following)
    holding = [one for one in days if day in set(one.days())]
    assert hours == (holding[-1].hours if holding else ours.usual_hours(day))
    told = " ".join(agreed_ahead(ours, day, day))
    if holding and hours is not None:
        assert clock_text(hours.opens) in told
        assert clock_text(hours.closes) in told
        assert "休みます" not in told
    elif holding:
        assert told.count("休みます") == 1
    else:
        assert told == ""
        usual = ours.week_on(day)[day.weekday()]
        if usual is not None:
            assert clock_text(usual.opens) in hours_text(ours, day)
        else:
            assert "月火水木金土日"[day.weekday()] + "曜日" in plain(closed_days(ours, day))
