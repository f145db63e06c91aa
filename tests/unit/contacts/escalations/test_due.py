"""Until when the ward answers and until when somebody is called.

Business days over weekends, holidays and the year's end.
"""

from datetime import date, datetime, timedelta

import pytest

from portal.domain.contacts.escalations.call_back_times import default_due, late_when_asked_by
from portal.domain.contacts.escalations.services import due_on
from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.loader import load_program

PROGRAM = load_program("sample")


@pytest.mark.parametrize(
    ("kind", "day", "due"),
    [
        ("accident", date(2023, 8, 1), date(2023, 8, 1)),
        ("protection", date(2023, 8, 5), date(2023, 8, 7)),  # Saturday
        ("press", date(2023, 8, 10), date(2023, 8, 14)),  # over Mountain Day and a weekend
        ("eligibility", date(2023, 7, 14), date(2023, 7, 20)),  # over Marine Day
        ("eligibility", date(2023, 9, 15), date(2023, 9, 21)),  # over Respect for the Aged Day
        ("complaint", date(2023, 12, 28), date(2024, 1, 4)),  # over 29 December to 1 January
        ("change_of_recipient", date(2023, 8, 1), date(2023, 8, 8)),
    ],
)
def test_a_question_is_due_after_the_business_days_of_its_kind(
    kind: str, day: date, due: date
) -> None:
    at = datetime(day.year, day.month, day.day, 16, 59, tzinfo=JST)
    assert due_on(PROGRAM, kind, at) == due


def test_the_day_is_japans() -> None:
    assert due_on(PROGRAM, "accident", datetime(2023, 8, 2, 0, 30, tzinfo=JST)) == date(2023, 8, 2)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ((8, 1, 9, 0), (8, 1, 17, 0)),
        ((8, 1, 15, 0), (8, 1, 17, 0)),
        ((8, 1, 15, 1), (8, 2, 17, 0)),
        ((8, 4, 16, 30), (8, 7, 17, 0)),
        ((8, 5, 12, 0), (8, 7, 17, 0)),
        ((8, 10, 16, 0), (8, 14, 17, 0)),
    ],
)
def test_somebody_who_names_no_time_is_called_on_that_day_or_the_next_business_day(
    asked: tuple[int, int, int, int], due: tuple[int, int, int, int]
) -> None:
    at = datetime(2023, *asked, tzinfo=JST)
    assert default_due(PROGRAM.calendar, at) == datetime(2023, *due, tzinfo=JST)


@pytest.mark.parametrize(
    "now",
    [
        (8, 1, 17, 1),
        (8, 2, 9, 0),
        (8, 2, 16, 59),
        (8, 6, 12, 0),
        (8, 7, 17, 0),
        (8, 7, 17, 1),
        (8, 12, 10, 0),
    ],
)
def test_what_has_no_time_of_its_own_is_late_exactly_when_its_day_is_over(
    now: tuple[int, int, int, int],
) -> None:
    moment = datetime(2023, *now, tzinfo=JST)
    limit = late_when_asked_by(PROGRAM.calendar, moment)
    assert default_due(PROGRAM.calendar, limit) < moment
    assert default_due(PROGRAM.calendar, limit + timedelta(minutes=1)) >= moment
