"""States of a roster import."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class ImportState(Labeled):
    """The status of a roster import, as staff read it."""

    STAGING = "staging", lambda: _s("読み込み中")
    STAGED = "staged", lambda: _s("差分の確認待ち")
    APPLIED = "applied", lambda: _s("反映ずみ")
    SUPERSEDED = "superseded", lambda: _s("新しい取り込みに交代")


class StagedChange(StrEnum):
    """Whether a staged household is stored already."""

    NEW = "new"
    KNOWN = "known"


ROSTER_IMPORT = StateMachine(
    "roster_import",
    ImportState.STAGING,
    {
        "stage": {ImportState.STAGING: ImportState.STAGED},
        "apply": {ImportState.STAGED: ImportState.APPLIED},
        "supersede": {ImportState.STAGED: ImportState.SUPERSEDED},
    },
)
