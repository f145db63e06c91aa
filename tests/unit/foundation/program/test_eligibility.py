"""The legal age rule and the school-year window, against the definition in words."""

from calendar import isleap
from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.domain.foundation.program.eligibility import (
    check_birth_date,
    last_school_day,
    reaches_age_on,
    school_year_window,
)
from portal.domain.foundation.program.schema import Program

DAY = timedelta(days=1)


def definition_last_march(birth: date) -> date:
    """18歳に達する日以後の最初の3月31日, found by walking, not by formula."""
    if (birth.month, birth.day) == (2, 29) and not isleap(birth.year + 18):
        day = date(birth.year + 18, 2, 28)  # no such day that year: the month's end
    else:
        day = birth.replace(year=birth.year + 18) - DAY
    while (day.month, day.day) != (3, 31):
        day += DAY
    return day


@pytest.mark.parametrize(
    "base",
    [
        date(2023, 3, 31),
        date(2023, 4, 1),
        date(2023, 4, 2),
        date(2023, 5, 1),
        date(2023, 12, 31),
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2024, 4, 1),
        date(2028, 2, 29),
    ],
)
def test_the_window_agrees_with_the_definition_for_every_birth_date_of_25_years(base: date) -> None:
    first, last = school_year_window(base)
    birth = date(base.year - 25, 1, 1)
    while birth <= base:
        entitled = base <= definition_last_march(birth)
        assert (first <= birth <= last) is entitled, birth
        birth += DAY


@pytest.mark.parametrize(
    ("birth", "reached", "last_march"),
    [
        (date(2004, 4, 2), date(2022, 4, 1), date(2023, 3, 31)),
        (date(2005, 4, 1), date(2023, 3, 31), date(2023, 3, 31)),
        (date(2005, 4, 2), date(2023, 4, 1), date(2024, 3, 31)),
        (date(2005, 5, 1), date(2023, 4, 30), date(2024, 3, 31)),
        (date(2005, 3, 1), date(2023, 2, 28), date(2023, 3, 31)),
        (date(2006, 3, 1), date(2024, 2, 29), date(2024, 3, 31)),
        (date(2008, 2, 29), date(2026, 2, 28), date(2026, 3, 31)),
        (date(2004, 2, 29), date(2022, 2, 28), date(2022, 3, 31)),
        (date(2005, 1, 1), date(2022, 12, 31), date(2023, 3, 31)),
    ],
)
def test_a_person_reaches_18_at_the_end_of_the_day_before_the_birthday(
    birth: date, reached: date, last_march: date
) -> None:
    assert reaches_age_on(birth, 18) == reached
    assert last_school_day(birth) == last_march


@pytest.mark.parametrize(
    ("base", "first"),
    [
        (date(2023, 3, 31), date(2004, 4, 2)),
        (date(2023, 4, 1), date(2005, 4, 2)),
        (date(2024, 3, 31), date(2005, 4, 2)),
        (date(2024, 4, 1), date(2006, 4, 2)),
    ],
)
def test_the_window_moves_with_the_fiscal_year_of_the_base_date(base: date, first: date) -> None:
    assert school_year_window(base) == (first, base)


@pytest.mark.parametrize(
    ("birth", "eligible"),
    [
        (date(2005, 4, 1), False),
        (date(2005, 4, 2), True),
        (date(2008, 2, 29), True),
        (date(2023, 5, 1), True),
        (date(2023, 5, 2), False),
    ],
)
def test_am_i_in_answers_with_the_reason_in_one_sentence(
    sample: Program, birth: date, eligible: bool
) -> None:
    verdict = check_birth_date(birth, sample)
    assert verdict.eligible is eligible
    assert verdict.reason.count("。") == 1
    assert verdict.reason.endswith("。")


def test_the_reason_names_the_day_that_decides(sample: Program) -> None:
    assert "2005年4月2日" in check_birth_date(date(2010, 1, 1), sample).reason
    assert "基準日(2023年5月1日)" in check_birth_date(date(2005, 4, 1), sample).reason
    assert "2023年5月1日まで" in check_birth_date(date(2023, 5, 2), sample).reason


def test_a_ward_with_its_own_first_birth_date_is_not_explained_by_school_years(
    sample: Program,
) -> None:
    younger = replace(
        sample,
        eligibility=replace(
            sample.eligibility, birth_from=date(2008, 4, 2), birth_from_is_derived=False
        ),
    )
    verdict = check_birth_date(date(2007, 1, 1), younger)
    assert not verdict.eligible
    assert "2008年4月2日以降" in verdict.reason
    assert "18歳" not in verdict.reason
