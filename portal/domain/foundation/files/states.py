"""States of sealed files."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine


class FileState(StrEnum):
    """How far a sealed file is.

    Attributes:
        WRITING: Pieces are still added; if the writer was killed, it is swept.
        WHOLE: All pieces are stored.
        SHREDDED: Its key is gone, so that nobody can open it; the pieces follow.
    """

    WRITING = "writing"
    WHOLE = "whole"
    SHREDDED = "shredded"


SEALED_FILE = StateMachine(
    "sealed_file",
    FileState.WRITING,
    {
        "finish": {FileState.WRITING: FileState.WHOLE},
        "shred": dict.fromkeys((FileState.WRITING, FileState.WHOLE), FileState.SHREDDED),
    },
)
