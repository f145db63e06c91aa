"""The last staffed day comes before the last usable day; this is mentioned from 1 December on."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.last_days import gap
from portal.domain.foundation.program.schema import Program

from .conftest import WardFolder


def jst(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2023, month, day, hour, minute, second, tzinfo=JST)


@pytest.mark.parametrize(
    ("now", "told", "over"),
    [
        (jst(11, 30, 23, 59, 59), False, False),
        (jst(12, 1), True, False),
        (jst(12, 28, 16, 59, 59), True, False),
        (jst(12, 28, 17), True, True),
        (jst(12, 31, 23, 59, 59), True, True),
        (datetime(2024, 1, 1, tzinfo=JST), False, False),
    ],
)
def test_the_gap_is_told_from_the_first_of_december_to_the_last_usable_day(
    sample: Program, now: datetime, told: bool, over: bool
) -> None:
    found = gap(sample, now)
    assert (found is not None) is told
    if found is not None:
        assert (found.staffed, found.usable, found.over) == (
            date(2023, 12, 28),
            date(2023, 12, 31),
            over,
        )
        assert found.staffed_until == jst(12, 28, 17)


def test_there_is_no_gap_where_somebody_answers_on_the_last_usable_day(sample: Program) -> None:
    window = replace(sample.windows.exchange, last_day=date(2023, 12, 28))
    program = replace(sample, windows=replace(sample.windows, exchange=window))
    assert gap(program, jst(12, 10)) is None


def test_the_gap_follows_an_extra_closure_and_a_short_last_day(ward: WardFolder) -> None:
    approval = (
        'reason = "年末"\npaid_by = "ward"\napproved_by = "課"\napproval_no = '
        '"1"\napproved_on = "2023-06-20"\n'
    )
    ward.change(
        "[contact]\n",
        f'[[call_center.closures]]\nfrom = "2023-12-28"\n{approval}\n'
        '[[call_center.overrides]]\nday = "2023-12-27"\nopens = "9:00"\ncloses = "12:'
        f'00"\n{approval}\n[contact]\n',
    )
    found = gap(ward.load(), jst(12, 10))
    assert found is not None
    assert found.staffed_until == jst(12, 27, 12)
    assert not gap(ward.load(), jst(12, 27, 11)).over  # type: ignore[union-attr]
    assert gap(ward.load(), jst(12, 27, 12)).over  # type: ignore[union-attr]
