"""Every pair of state and action of a decline, and who counts as an adult on which day."""

from datetime import date

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.requests.declines.declaring import is_adult
from portal.domain.requests.declines.items import result_of
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DECLINE

STEPS = {
    ("submitted", "return"): "returned_for_correction",
    ("returned_for_correction", "resubmit"): "submitted",
    ("submitted", "mark_unclear"): "unclear",
    ("unclear", "clarify"): "submitted",
    ("unclear", "clarify_refuse"): "refused",
    ("submitted", "accept"): "awaiting_stop",
    ("awaiting_stop", "confirm"): "accepted",
    ("awaiting_stop", "found_spent"): "refused",
    ("submitted", "refuse"): "refused",
    ("submitted", "withdraw"): "withdrawn",
    ("returned_for_correction", "withdraw"): "withdrawn",
    ("awaiting_stop", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
    ("refused", "reopen"): "submitted",
    ("accepted", "reopen"): "submitted",
}


def test_every_pair_of_state_and_action() -> None:
    assert DECLINE.states == {
        "submitted",
        "returned_for_correction",
        "unclear",
        "awaiting_stop",
        "accepted",
        "refused",
        "withdrawn",
    }
    for state in DECLINE.states:
        for action in DECLINE.steps:
            if (state, action) in STEPS:
                assert DECLINE.next(state, action) == STEPS[state, action]
            else:
                with pytest.raises(WrongStateError):
                    DECLINE.next(state, action)


@pytest.mark.parametrize(
    ("birth", "day", "adult"),
    [
        # 18 at the end of the day before the birthday, which the law counts as that day
        (date(2005, 8, 2), date(2023, 7, 31), False),
        (date(2005, 8, 2), date(2023, 8, 1), True),
        (date(2005, 8, 2), date(2023, 8, 2), True),
        (date(2006, 3, 31), date(2023, 8, 1), False),
        # born on 29 February: reaches the age on 28 February of every year
        (date(2008, 2, 29), date(2026, 2, 27), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2004, 2, 29), date(2022, 2, 27), False),
        (date(2004, 2, 29), date(2022, 2, 28), True),
    ],
)
def test_who_is_18_on_the_day_of_the_declaration(birth: date, day: date, adult: bool) -> None:
    assert is_adult(birth, day) is adult


@pytest.mark.parametrize(
    ("states", "result"),
    [
        (["accepted", "accepted"], "accepted"),
        (["refused"], "refused"),
        (["withdrawn", "withdrawn"], "withdrawn"),
        (["accepted", "refused"], "partly"),
        (["accepted", "withdrawn"], "accepted"),
        (["refused", "withdrawn"], "refused"),
    ],
)
def test_a_request_closes_with_what_its_children_became(states: list[str], result: str) -> None:
    assert result_of([DeclineItem(state=state) for state in states]) == result
