"""Every pair of state and action of a monthly report, and when reports are due."""

from datetime import UTC, date, datetime

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.program.loader import load_program
from portal.domain.oversight.reports.monthly.due import (
    CALLS,
    ReportKey,
    Stage,
    due_day,
    due_reports,
    months,
    warned_from,
)
from portal.domain.oversight.reports.monthly.models import MonthlyReport
from portal.domain.oversight.reports.monthly.states import REPORT
from portal.platform.database import Database
from tests.support.work import work_in

PROGRAM = load_program("sample")
POSSIBLE = {
    ("draft", "check"): "checked",
    ("checked", "give_back"): "draft",
    ("checked", "submit"): "submitted",
    ("submitted", "revise"): "draft",
}


@pytest.mark.parametrize("state", sorted(REPORT.states))
@pytest.mark.parametrize("action", sorted(REPORT.steps))
def test_only_the_listed_steps_are_possible(state: str, action: str) -> None:
    if (state, action) in POSSIBLE:
        assert REPORT.next(state, action) == POSSIBLE[state, action]
    else:
        with pytest.raises(WrongStateError):
            REPORT.next(state, action)


def test_no_step_is_missing() -> None:
    assert {(s, a) for a, pairs in REPORT.steps.items() for s in pairs} == set(POSSIBLE)
    assert REPORT.states == {"draft", "checked", "submitted"}


@pytest.mark.parametrize(
    ("month", "due", "warned"),
    [
        (date(2023, 7, 1), date(2023, 8, 10), date(2023, 8, 9)),
        (date(2023, 8, 1), date(2023, 9, 8), date(2023, 9, 7)),  # 10 September is a Sunday
        (date(2023, 6, 1), date(2023, 7, 10), date(2023, 7, 7)),  # 10 July is a Monday
        (date(2023, 12, 1), date(2024, 1, 10), date(2024, 1, 9)),
        (date(2023, 11, 1), date(2023, 12, 8), date(2023, 12, 7)),
    ],
)
def test_the_report_is_due_on_the_tenth_or_the_business_day_before(
    month: date, due: date, warned: date
) -> None:
    key = ReportKey(CALLS, month)
    assert (due_day(PROGRAM, key), warned_from(PROGRAM, key)) == (due, warned)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2023, 7, 31, 14, 59, tzinfo=UTC), []),
        (datetime(2023, 7, 31, 15, 0, tzinfo=UTC), [(7, Stage.COMING)]),
        (datetime(2023, 8, 8, 14, 59, tzinfo=UTC), [(7, Stage.COMING)]),
        (datetime(2023, 8, 8, 15, 0, tzinfo=UTC), [(7, Stage.SOON)]),
        (datetime(2023, 8, 10, 14, 59, tzinfo=UTC), [(7, Stage.SOON)]),
        (datetime(2023, 8, 10, 15, 0, tzinfo=UTC), [(7, Stage.OVERDUE)]),
        (datetime(2023, 9, 1, 3, 0, tzinfo=UTC), [(7, Stage.OVERDUE), (8, Stage.COMING)]),
    ],
)
def test_people_are_warned_from_the_business_day_before_to_the_submission(
    database: Database, now: datetime, expected: list[tuple[int, Stage]]
) -> None:
    with database.write() as session:
        session.add(
            MonthlyReport(
                kind=CALLS,
                month=date(2023, 6, 1),
                state="submitted",
                wrapped_key=b"",
                changed_at=now,
            )
        )
        session.flush()
        found = due_reports(work_in(session, now=now, program=PROGRAM))
    assert [(one.month.month, one.stage) for one in found] == expected


def test_only_months_in_which_somebody_answers_have_a_report() -> None:
    found = months(PROGRAM, date(2024, 3, 1))
    assert (found[0], found[-1], len(found)) == (date(2023, 12, 1), date(2023, 6, 1), 7)
    assert months(PROGRAM, date(2023, 5, 31)) == []
