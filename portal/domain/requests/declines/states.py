"""States of a decline, one for each child (``design.md`` §5)."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class DeclineState(Labeled):
    """The status of one child's decline, as staff read it."""

    SUBMITTED = "submitted", lambda: _s("申請中")
    RETURNED_FOR_CORRECTION = "returned_for_correction", lambda: _s("本人に戻した")
    UNCLEAR = "unclear", lambda: _s("はっきりしない")
    AWAITING_STOP = "awaiting_stop", lambda: _s("発行者の確認待ち")
    ACCEPTED = "accepted", lambda: _s("辞退")
    REFUSED = "refused", lambda: _s("お断り")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")


_D = DeclineState
DECLINE = StateMachine(
    "decline",
    _D.SUBMITTED,
    {
        "return": {_D.SUBMITTED: _D.RETURNED_FOR_CORRECTION},
        "resubmit": {_D.RETURNED_FOR_CORRECTION: _D.SUBMITTED},
        "mark_unclear": {_D.SUBMITTED: _D.UNCLEAR},
        # an unclear form turns out to be a decline, or to be none: one question, two answers
        "clarify": {_D.UNCLEAR: _D.SUBMITTED},
        "clarify_refuse": {_D.UNCLEAR: _D.REFUSED},
        "accept": {_D.SUBMITTED: _D.AWAITING_STOP},
        "confirm": {_D.AWAITING_STOP: _D.ACCEPTED},
        "found_spent": {_D.AWAITING_STOP: _D.REFUSED},
        "refuse": {_D.SUBMITTED: _D.REFUSED},
        # the request is reopened: nobody was told yet, and no seen code was stopped
        "reopen": dict.fromkeys((_D.REFUSED, _D.ACCEPTED), _D.SUBMITTED),
        "withdraw": dict.fromkeys(
            (_D.SUBMITTED, _D.RETURNED_FOR_CORRECTION, _D.AWAITING_STOP, _D.ACCEPTED),
            _D.WITHDRAWN,
        ),
    },
)
OPEN = (_D.SUBMITTED, _D.RETURNED_FOR_CORRECTION, _D.UNCLEAR, _D.AWAITING_STOP)
"""The child's decline is neither accepted, refused nor withdrawn yet."""
LIVE = (*OPEN, _D.ACCEPTED)
"""The child is declined or about to be: a second form for it has no effect."""
ENDED = (_D.WITHDRAWN, _D.REFUSED, _D.ACCEPTED)
