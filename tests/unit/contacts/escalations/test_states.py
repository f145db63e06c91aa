"""Every pair of state and action of questions to the ward, their sheets, calls back and pauses.

What the table gives, else refusal.
"""

import pytest

from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.states import ANSWER_SHEET, CALL_BACK, ESCALATION
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.program.settings.escalations import ESCALATION_KINDS
from portal.domain.foundation.states import StateMachine
from portal.domain.people.pauses.states import PAUSE

STEPS: dict[str, dict[tuple[str, str], str]] = {
    "escalation": {
        ("open", "answer"): "answered",
        ("open", "withdraw"): "withdrawn",
        ("answered", "close"): "closed",
        ("answered", "reopen"): "open",
        ("closed", "reopen"): "open",
    },
    "answer_sheet": {("read", "apply"): "applied", ("read", "drop"): "dropped"},
    "call_back": {
        ("waiting", "claim"): "claimed",
        ("claimed", "take_over"): "claimed",
        ("claimed", "release"): "waiting",
        ("waiting", "move"): "waiting",
        ("claimed", "no_answer"): "waiting",
        ("claimed", "reach"): "done",
        ("claimed", "hand_on"): "handed_on",
        ("claimed", "give_up"): "not_reached",
    },
    "sending_pause": {
        ("on", "prolong"): "on",
        ("on", "lift"): "lifted",
        ("on", "run_out"): "over",
    },
}
PAIRS = [
    (machine, state, action)
    for machine in (ESCALATION, ANSWER_SHEET, CALL_BACK, PAUSE)
    for state in sorted(machine.states)
    for action in machine.steps
]


@pytest.mark.parametrize(("machine", "state", "action"), PAIRS)
def test_every_pair(machine: StateMachine, state: str, action: str) -> None:
    expected = STEPS[machine.name].get((state, action))
    if expected is not None:
        assert machine.next(state, action) == expected
        return
    with pytest.raises(WrongStateError):
        machine.next(state, action)


def test_the_ward_sets_a_time_limit_for_each_kind_of_question() -> None:
    assert tuple(EscalationKind) == ESCALATION_KINDS
