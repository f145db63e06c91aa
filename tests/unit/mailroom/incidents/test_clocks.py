"""The clocks of an incident, to the instant.

The day of knowing is the first day, Japanese midnight ends a day.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.mailroom.incidents.clocks import (
    Clock,
    Hand,
    Milestones,
    Pace,
    hands,
    nth_day_ends,
)

KNOWN = datetime(2023, 8, 1, 14, 59, tzinfo=UTC)
"""A minute before midnight of 1 August in Japan."""
TICK = timedelta(microseconds=1)


def clock(which: Clock, now: datetime, *, malicious: bool = False, **done: datetime) -> Hand:
    milestones = Milestones(KNOWN, malicious, **done)
    return next(hand for hand in hands(milestones, now) if hand.clock is which)


@pytest.mark.parametrize(
    ("which", "malicious", "last_day"),
    [
        (Clock.TELL_WARD, False, date(2023, 8, 1)),
        (Clock.FIRST, False, date(2023, 8, 5)),
        (Clock.FINAL, False, date(2023, 8, 30)),
        (Clock.FINAL, True, date(2023, 9, 29)),
        (Clock.FIRST, True, date(2023, 8, 5)),
    ],
)
def test_the_last_day_counts_the_day_of_knowing_as_the_first(
    which: Clock, malicious: bool, last_day: date
) -> None:
    hand = clock(which, KNOWN, malicious=malicious)
    assert hand.last_day == last_day
    end = datetime(last_day.year, last_day.month, last_day.day, 15, tzinfo=UTC)
    assert hand.ends_at == end
    assert clock(which, end - TICK, malicious=malicious).pace is Pace.SOON
    assert clock(which, end, malicious=malicious).pace is Pace.OVER


def test_a_minute_later_every_day_is_one_later() -> None:
    assert nth_day_ends(KNOWN + timedelta(minutes=1), 5) - nth_day_ends(KNOWN, 5) == timedelta(
        days=1
    )


def test_the_first_report_warns_from_the_third_day_and_the_final_one_in_its_last_week() -> None:
    third = datetime(2023, 8, 2, 15, tzinfo=UTC)
    assert clock(Clock.FIRST, third - TICK).pace is Pace.RUNNING
    assert clock(Clock.FIRST, third).pace is Pace.SOON
    week = datetime(2023, 8, 23, 15, tzinfo=UTC)
    assert clock(Clock.FINAL, week - TICK).pace is Pace.RUNNING
    assert clock(Clock.FINAL, week).pace is Pace.SOON


def test_the_ward_is_to_be_told_from_the_first_minute() -> None:
    assert clock(Clock.TELL_WARD, KNOWN).pace is Pace.SOON


def test_done_in_time_and_done_late_are_told_apart_at_the_instant() -> None:
    end = nth_day_ends(KNOWN, 5)
    later = end + timedelta(days=9)
    assert clock(Clock.FIRST, later, first_at=end - TICK).pace is Pace.DONE
    assert clock(Clock.FIRST, later, first_at=end).pace is Pace.LATE
