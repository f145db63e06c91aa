"""A state machine as a table: the only way in which a stored state may change."""

from collections.abc import Mapping

from msgspec import Struct

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _


class StateMachine(Struct, frozen=True):
    """Steps of one subject: ``steps[action][state] -> next state``; others are refused."""

    name: str
    initial: str
    steps: Mapping[str, Mapping[str, str]]

    @property
    def states(self) -> frozenset[str]:
        """All states that the table names."""
        return frozenset(
            {self.initial} | {s for m in self.steps.values() for pair in m.items() for s in pair}
        )

    def can(self, state: str, action: str) -> bool:
        """Return whether the action is possible from the state."""
        return state in self.steps.get(action, {})

    def next(self, state: str, action: str) -> str:
        """Return the state after the action.

        Raises:
            WrongStateError: the table has no such step.
        """
        try:
            return self.steps[action][state]
        except KeyError:
            raise WrongStateError(
                _("いまの状態では、この操作はできません。画面を開きなおして、確認してください。")
            ) from None
