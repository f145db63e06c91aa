"""The last usable day counts to its last microsecond, in Japanese time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.deadlines import Window, WindowKind, month_before
from portal.domain.foundation.program.schema import Program

from .conftest import WardFolder


@pytest.mark.parametrize("kind", list(WindowKind))
def test_the_last_microsecond_of_the_last_day_is_in_and_midnight_is_out(
    sample: Program, kind: WindowKind
) -> None:
    window = sample.windows.of(kind)
    last = window.last_day
    last_moment = datetime(last.year, last.month, last.day, 23, 59, 59, 999_999, tzinfo=JST)
    assert window.is_open(last_moment)
    assert not window.is_over(last_moment)
    midnight = last_moment + timedelta(microseconds=1)
    assert not window.is_open(midnight)
    assert window.is_over(midnight)
    assert window.ends_at == midnight
    assert window.ends_at.tzinfo is UTC


def test_the_first_day_begins_at_japanese_midnight(sample: Program) -> None:
    window = sample.windows.sign_in
    assert window.starts_at == datetime(2023, 7, 2, 15, tzinfo=UTC)
    assert window.is_before(window.starts_at - timedelta(microseconds=1))
    assert window.is_open(window.starts_at)


def test_requests_end_early_enough_for_preparation_post_and_storage(sample: Program) -> None:
    # delivery ends on 31 December; 7 days' storage and 2 days' post lead to 22 December (a Friday)
    assert sample.windows.redelivery.last_day == date(2023, 12, 21)
    assert sample.windows.new_letter.last_day == date(2023, 12, 21)
    assert sample.windows.alternative.last_day == date(2023, 12, 19)


def test_a_posting_day_that_is_closed_moves_to_the_business_day_before(ward: WardFolder) -> None:
    ward.change('delivery_to = "2023-12-31"', 'delivery_to = "2023-11-14"')
    windows = ward.load().windows
    # 14 November less 9 days is Sunday the 5th; the 3rd is Culture Day, so posting on the 2nd and
    # asking on the 1st
    assert windows.redelivery.last_day == date(2023, 11, 1)


def test_the_ward_may_end_requests_earlier(ward: WardFolder) -> None:
    ward.change("[requests.redelivery]\n", '[requests.redelivery]\nlast_day = "2023-12-15"\n')
    assert ward.load().windows.redelivery.last_day == date(2023, 12, 15)


def test_the_last_day_is_announced_from_a_month_before(sample: Program) -> None:
    window = sample.windows.redelivery
    assert window.announced_from == date(2023, 11, 21)
    assert not window.is_announced(datetime(2023, 11, 20, 14, 59, 59, tzinfo=UTC))
    assert window.is_announced(datetime(2023, 11, 20, 15, tzinfo=UTC))
    assert not window.is_announced(window.ends_at)
    near = sample.windows.announced(datetime(2023, 12, 1, tzinfo=UTC))
    assert near[0].kind is WindowKind.ALTERNATIVE


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2024, 3, 31), date(2024, 2, 29)),
        (date(2023, 1, 15), date(2022, 12, 15)),
        (date(2023, 12, 31), date(2023, 11, 30)),
    ],
)
def test_a_month_before_a_day_that_does_not_exist_is_the_months_end(
    day: date, before: date
) -> None:
    assert month_before(day) == before


def test_days_left_is_zero_on_the_last_day() -> None:
    window = Window(WindowKind.USE, date(2023, 7, 1), date(2023, 7, 31))
    assert window.days_left(datetime(2023, 7, 31, 14, 59, tzinfo=UTC)) == 0
    assert window.days_left(datetime(2023, 7, 30, 15, 1, tzinfo=UTC)) == 0
    assert window.days_left(datetime(2023, 7, 31, 15, 0, tzinfo=UTC)) == -1
