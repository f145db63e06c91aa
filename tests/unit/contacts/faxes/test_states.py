"""Every pair of state and action of a FAX case and of a reply.

What is not listed is refused in words.
"""

import pytest

from portal.domain.contacts.faxes.states import FAX_CASE, FAX_REPLY
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.states import StateMachine

CASES = {
    ("received", "start"): "in_work",
    ("in_work", "start"): "in_work",
    ("in_work", "answer"): "answered",
    ("answered", "reopen"): "in_work",
    ("received", "close"): "closed",
    ("in_work", "close"): "closed",
}
REPLIES = {
    ("prepared", "send"): "sent",
    ("prepared", "fail"): "failed",
    ("sent", "fail"): "failed",
    ("failed", "prepare_again"): "prepared",
    ("prepared", "discard"): "discarded",
    ("failed", "discard"): "discarded",
}


@pytest.mark.parametrize(
    ("machine", "possible", "state", "action"),
    [
        (machine, possible, state, action)
        for machine, possible in ((FAX_CASE, CASES), (FAX_REPLY, REPLIES))
        for state in sorted(machine.states)
        for action in sorted(machine.steps)
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_only_the_listed_steps_are_possible(
    machine: StateMachine, possible: dict[tuple[str, str], str], state: str, action: str
) -> None:
    if (state, action) in possible:
        assert machine.next(state, action) == possible[state, action]
    else:
        with pytest.raises(WrongStateError):
            machine.next(state, action)


def test_a_closed_case_and_a_discarded_reply_are_ends() -> None:
    assert {state for state, _action in CASES} == {"received", "in_work", "answered"}
    assert {state for state, _action in REPLIES} == {"prepared", "sent", "failed"}
    assert FAX_CASE.states == {"received", "in_work", "answered", "closed"}
    assert FAX_REPLY.states == {"prepared", "sent", "failed", "discarded"}
