"""Every pair of state and action of milestones, minutes and questions.

What is not listed is refused in words.
"""

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, label_of
from portal.domain.oversight.management.checklist import Verdict, items, real_values
from portal.domain.oversight.management.milestones import MilestoneKey, planned
from portal.domain.oversight.management.questions import defaults
from portal.domain.oversight.management.states import (
    MILESTONE,
    MINUTES,
    QUESTION,
    MilestoneState,
    MinutesState,
    QuestionState,
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
    names: tuple[tuple[type[Labeled], set[str]], ...] = (
        (MilestoneKey, {one.key for one in planned(load_program("sample"))}),
        (MilestoneState, {*MILESTONE.states, "late"}),
        (MinutesState, {*MINUTES.states, "old"}),
        (QuestionState, {*QUESTION.states}),
        (Verdict, {item.verdict for item in items().values()} | {"no"}),
    )
    for words, codes in names:
        assert codes <= {*words}
        assert [code for code in codes if label_of(words, code) == code] == []


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
        assert Verdict.known(item.verdict)
        assert "%(" not in item.answer % values + item.evidence % values
        assert item.evidence
