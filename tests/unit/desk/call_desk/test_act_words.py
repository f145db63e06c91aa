"""Every act, and everything that it leaves on a household's timeline, has words for the staff."""

import pytest

from admin.desk.in_call import act_words
from admin.desk.in_call.offered_acts import PLACES
from admin.event_words import event
from portal.domain.desk.call_desk.acting.kinds import NEEDED, Act
from portal.domain.foundation.actors import Channel
from portal.domain.people.credentials.states import CREDENTIAL


@pytest.mark.parametrize("act", list(Act))
def test_an_act_has_words_an_address_and_a_level(act: Act) -> None:
    for say in (act_words.act, act_words.done, act_words.when_right):
        assert say(act.value) not in {"", act.value}
    assert event(f"desk.{act.value}") != f"desk.{act.value}"
    assert act in PLACES
    assert act in NEEDED


def test_every_way_in_is_named_on_behalf() -> None:
    for channel in Channel:
        if channel is not Channel.COMMAND:
            assert "係員が代わりに入力" in act_words.on_behalf(channel.value)


def test_every_step_of_an_account_has_words() -> None:
    actions = [f"credential.{action}" for action in CREDENTIAL.steps]
    assert [action for action in actions if event(action) == action] == []
