"""Every pair of state and action of milestones, minutes and questions.

What is not listed is refused in words.
"""

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.states import StateMachine
from portal.domain.oversight.management.checklist import VERDICTS, items, real_values
from portal.domain.oversight.management.milestones import planned
from portal.domain.oversight.management.questions import defaults
from portal.domain.oversight.management.states import MILESTONE, MINUTES, QUESTION
from portal.domain.oversight.management.words import (
    milestone,
    milestone_state,
    minutes_state,
    question_state,
    verdict,
)

POSSIBLE = {
    MILESTONE.name: {
        ("planned", "begin"): "begun",
        ("planned", "finish"): "done",
        ("begun", "finish"): "done",
        ("done", "reopen"): "begun",
    },
    MINUTES.name: {
        ("draft", "write"): "draft",
        ("draft", "confirm"): "confirmed",
        ("confirmed", "revise"): "draft",
    },
    QUESTION.name: {
        ("open", "ask"): "open",
        ("open", "answer"): "answered",
        ("answered", "answer"): "answered",
        ("answered", "close"): "closed",
        ("answered", "reopen"): "open",
        ("closed", "reopen"): "open",
    },
}
MACHINES = (MILESTONE, MINUTES, QUESTION)


@pytest.mark.parametrize(
    ("machine", "state", "action"),
    [
        (m, state, action)
        for m in MACHINES
        for state in sorted(m.states)
        for action in sorted(m.steps)
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_only_the_listed_steps_are_possible(machine: StateMachine, state: str, action: str) -> None:
    wanted = POSSIBLE[machine.name].get((state, action))
    if wanted is not None:
        assert machine.next(state, action) == wanted
    else:
        with pytest.raises(WrongStateError):
            machine.next(state, action)


def test_every_state_milestone_and_verdict_has_words() -> None:
    names = {
        milestone: [one.key for one in planned(load_program("sample"))],
        milestone_state: [*MILESTONE.states, "late"],
        minutes_state: [*MINUTES.states, "old"],
        question_state: sorted(QUESTION.states),
        verdict: list(VERDICTS),
    }
    assert [code for name, codes in names.items() for code in codes if name(code) == code] == []


@pytest.mark.parametrize("name", ["sample", "demo"])
def test_milestones_come_in_the_order_of_their_days(name: str) -> None:
    days = [one.day for one in planned(load_program(name))]
    assert days == sorted(days)
    assert len(days) == 14


def test_the_prefilled_questions_are_the_eight_gaps_and_name_their_clauses() -> None:
    assert sorted(defaults()) == list(range(1, 9))
    assert all(one.clause and len(one.title) <= 100 for one in defaults().values())


@pytest.mark.parametrize("name", ["sample", "demo"])
def test_every_prefilled_answer_can_be_filled_with_what_is_at_work(name: str) -> None:
    values = real_values(load_program(name))
    assert len(items()) >= 15
    for item in items().values():
        assert item.verdict in VERDICTS
        assert "%(" not in item.answer % values + item.evidence % values
        assert item.evidence
