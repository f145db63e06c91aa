"""The figures of the call center: each by its definition, and none where nothing was counted."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.contacts.telephony import kpi
from portal.domain.contacts.telephony.kpi import Counts
from portal.domain.foundation.program.loader import load_program

DAY = Counts(200, 184, 12, 9, 4, 150, 184 * 200, 184 * 65)
SETTINGS = load_program("sample").calls


def test_figures_are_what_their_definitions_say() -> None:
    assert kpi.answer_rate(DAY) == "92.0%"
    assert kpi.abandon_rate(DAY) == "6.0%"
    assert kpi.service_level(DAY) == "75.0%"
    assert (kpi.talk_time(DAY), kpi.after_call_time(DAY), kpi.handling_time(DAY)) == (
        "3:20",
        "1:05",
        "4:25",
    )


def test_a_day_without_calls_has_no_figure_and_never_0_percent() -> None:
    figures = (
        kpi.answer_rate,
        kpi.abandon_rate,
        kpi.service_level,
        kpi.talk_time,
        kpi.after_call_time,
        kpi.handling_time,
    )
    assert {figure(Counts()) for figure in figures} == {"–"}


def test_a_day_on_which_nobody_answered_has_0_percent_and_no_time() -> None:
    empty = Counts(5, 0, 5)
    assert (kpi.answer_rate(empty), kpi.service_level(empty), kpi.handling_time(empty)) == (
        "0.0%",
        "0.0%",
        "–",
    )


def test_what_one_part_did_not_measure_the_sum_does_not_know() -> None:
    both = DAY + replace(DAY, within=None)
    assert (kpi.answer_rate(both), kpi.service_level(both)) == ("92.0%", "–")
    assert kpi.service_level(DAY + replace(Counts(3, 0, 3), within=None).settled()) == "73.9%"


def test_busy_and_short_abandoned_calls_count_as_the_ward_decides() -> None:
    plain = replace(SETTINGS, busy_counts=False, short_abandoned_counts=True)
    assert kpi.counted(DAY, plain) == DAY
    busy = kpi.counted(DAY, replace(plain, busy_counts=True))
    assert (busy.offered, busy.abandoned) == (209, 12)
    short = kpi.counted(DAY, replace(plain, short_abandoned_counts=False))
    assert (short.offered, short.abandoned) == (196, 8)
    unmeasured = replace(DAY, busy=None, short_abandoned=None)
    assert kpi.counted(unmeasured, replace(SETTINGS, busy_counts=True)).offered == 200


@given(st.integers(0, 100_000), st.integers(1, 100_000))
def test_a_percentage_is_the_nearest_tenth(part: int, whole: int) -> None:
    written = Fraction(kpi.percent(part, whole).removesuffix("%"))
    assert abs(written - Fraction(part * 100, whole)) <= Fraction(1, 20)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(10, 8), False),
        (Counts(10, 7), True),
        (Counts(4, 0), False),
        (Counts(0, 0), False),
        (Counts(5, 3), True),
    ],
)
def test_the_alarm_needs_enough_calls_and_a_rate_under_the_level(
    counts: Counts, expected: bool
) -> None:
    assert kpi.below(counts, 80, at_least=5) is expected
