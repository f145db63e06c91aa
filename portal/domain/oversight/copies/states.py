"""A copy is kept until somebody confirms that it was destroyed."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class CopyState(Labeled):
    """Whether a copy still exists, as staff read it."""

    KEPT = "kept", lambda: _s("あります")
    DESTROYED = "destroyed", lambda: _s("廃棄ずみ")


COPY = StateMachine("data_copy", CopyState.KEPT, {"destroy": {CopyState.KEPT: CopyState.DESTROYED}})
