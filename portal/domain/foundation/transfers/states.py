"""States of a hand-over."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class TransferState(Labeled):
    """How far a hand-over is, as staff read it.

    Attributes:
        BEGUN: Being entered; no stored row stays in it.
        ANNOUNCED: The sheet is here, the file is not.
        WITHOUT_SHEET: The file is here, the sheet is not.
        SENT: We sent the file; the receiver's receipt is not here.
        DIFFERING: Both sides are known and disagree.
        ONE_SIDED: Both sides agree, but nobody of the other side stands for its figures.
        MATCHED: Both sides agree.
        ACCEPTED: They disagree, and two people accepted it with a reason.
        WITHDRAWN: It was entered by mistake, or its file was replaced before it took effect.
        LOST: A file that we sent was lost on its way.
    """

    BEGUN = "begun", lambda: _s("記入中")
    ANNOUNCED = "announced", lambda: _s("ファイル待ち")
    WITHOUT_SHEET = "without_sheet", lambda: _s("送付票待ち")
    SENT = "sent", lambda: _s("受領待ち")
    DIFFERING = "differing", lambda: _s("数が合わない")
    ONE_SIDED = "one_sided", lambda: _s("片方だけの数")
    MATCHED = "matched", lambda: _s("一致")
    ACCEPTED = "accepted", lambda: _s("二人で認めた")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")
    LOST = "lost", lambda: _s("紛失")


_COMPARED = (
    TransferState.BEGUN,
    TransferState.ANNOUNCED,
    TransferState.WITHOUT_SHEET,
    TransferState.SENT,
    TransferState.DIFFERING,
    TransferState.ONE_SIDED,
)
OPEN = (
    TransferState.ANNOUNCED,
    TransferState.WITHOUT_SHEET,
    TransferState.SENT,
    TransferState.DIFFERING,
    TransferState.ONE_SIDED,
)
"""States in which the chain is broken."""
AGREED = (TransferState.MATCHED, TransferState.ACCEPTED)
FITTING = (*AGREED, TransferState.ONE_SIDED)
"""States in which a file may be stored: it is the file of its sheet, or two people accepted it."""
TRANSFER = StateMachine(
    "file_transfer",
    TransferState.BEGUN,
    {
        "announce": {TransferState.BEGUN: TransferState.ANNOUNCED},
        "arrive": {TransferState.BEGUN: TransferState.WITHOUT_SHEET},
        "send": {TransferState.BEGUN: TransferState.SENT},
        "match": dict.fromkeys(_COMPARED, TransferState.MATCHED),
        "match_one_side": dict.fromkeys(_COMPARED, TransferState.ONE_SIDED),
        "vouch": {TransferState.ONE_SIDED: TransferState.MATCHED},
        "differ": dict.fromkeys(_COMPARED, TransferState.DIFFERING),
        "accept": {TransferState.DIFFERING: TransferState.ACCEPTED},
        "withdraw": dict.fromkeys(OPEN, TransferState.WITHDRAWN),
        "lose": dict.fromkeys(
            (TransferState.SENT, TransferState.DIFFERING, *FITTING), TransferState.LOST
        ),
    },
)
