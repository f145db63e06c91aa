"""States of archives."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class ArchiveState(Labeled):
    """The status of an archive, as staff read it.

    Attributes:
        DROPPED: It was replaced by a newer one before it was sent.
        LOST: Somebody may have read it, so its letters are no longer valid.
    """

    BUILT = "built", lambda: _s("作成ずみ")
    SENT = "sent", lambda: _s("渡しました")
    DROPPED = "dropped", lambda: _s("作りなおしました")
    LOST = "lost", lambda: _s("失われました")


ARCHIVE = StateMachine(
    "print_archive",
    ArchiveState.BUILT,
    {
        "send": {ArchiveState.BUILT: ArchiveState.SENT},
        "drop": {ArchiveState.BUILT: ArchiveState.DROPPED},
        "lose": dict.fromkeys((ArchiveState.BUILT, ArchiveState.SENT), ArchiveState.LOST),
    },
)
