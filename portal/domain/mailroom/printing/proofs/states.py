"""States of proofs, and the reasons why a letter is shown in one."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class ProofState(Labeled):
    """The status of a proof, as staff read it.

    Attributes:
        REFUSED: The run can only be discarded, as long as its files are the same.
        REPLACED: A newer proof was made because the run's files changed.
    """

    MADE = "made", lambda: _s("承認を待っています")
    APPROVED = "approved", lambda: _s("承認ずみ")
    REFUSED = "refused", lambda: _s("承認されませんでした")
    REPLACED = "replaced", lambda: _s("作りなおしました")


LIVE = (ProofState.MADE, ProofState.APPROVED, ProofState.REFUSED)
PROOF = StateMachine(
    "print_proof",
    ProofState.MADE,
    {
        "approve": {ProofState.MADE: ProofState.APPROVED},
        "refuse": {ProofState.MADE: ProofState.REFUSED},
        "replace": dict.fromkeys(LIVE, ProofState.REPLACED),
    },
)


class SampleReason(Labeled):
    """Why a letter is shown in the proof, as staff read it."""

    FIRST = "first", lambda: _s("はじめ")
    LAST = "last", lambda: _s("終わり")
    RANDOM = "random", lambda: _s("くじ")
    LONGEST = "longest", lambda: _s("名前がいちばん長い")
    COUNTER = "counter", lambda: _s("区窓口交付")
